"""The audit for code scanning: SARIF 2.1.0."""

import hashlib
import json
from collections.abc import Iterable

from audit.brief import brief
from audit.finding import Finding
from audit.known import known_rules
from audit.provenance import TOOL, VERSION
from audit.result import Result

LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
# GitHub orders alerts by this number: "security-severity" of its SARIF support page.
SECURITY = {"critical": "9.5", "high": "8.0", "medium": "5.0", "low": "2.0"}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(result: Result) -> str:
    driver = {
        "name": TOOL,
        "version": VERSION,
        "informationUri": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html",
        "rules": list(_rules(result.findings)),
    }
    run = {"tool": {"driver": driver}, "results": [_result(each) for each in result.findings]}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rules(findings: Iterable[Finding]) -> Iterable[dict[str, object]]:
    known, worst = known_rules(), dict[str, Finding]()
    for each in findings:
        if each.rule not in worst or SECURITY[each.severity] > SECURITY[worst[each.rule].severity]:
            worst[each.rule] = each
    for rule, finding in sorted(worst.items()):
        yield {
            "id": rule,
            "shortDescription": {"text": known[rule].sentence},
            "help": {"text": finding.fix},
            "properties": {
                "tags": [finding.category],
                "security-severity": SECURITY[finding.severity],
            },
        }


def _result(finding: Finding) -> dict[str, object]:
    stack, _, _ = finding.resource.partition("/")
    where = f"{finding.environment} {finding.resource}"
    changed = " -> ".join(brief(each) or "nothing" for each in (finding.before, finding.after))
    same = hashlib.sha256(
        f"{finding.rule} {where} {finding.before} {finding.after}".encode()
    ).hexdigest()
    return {
        "ruleId": finding.rule,
        "level": LEVELS[finding.severity],
        "message": {"text": f"{where}: {brief(finding.why)} ({changed}). Fix: {finding.fix}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": f"cdk.out/{_uri(stack)}.template.json"},
                    "region": {"startLine": 1},
                },
                "logicalLocations": [{"fullyQualifiedName": where, "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"audit/v1": same},
    }


def _uri(stack: str) -> str:
    return "".join(each if each.isalnum() or each in "-_." else "_" for each in stack)
