"""The audit for machines: JSON, as `audit/report.schema.json` describes it."""

import json
from dataclasses import asdict

from audit.finding import Finding
from audit.provenance import TOOL, VERSION, rules_version
from audit.result import Result

FORMAT = 1


def report(result: Result) -> str:
    """The same result gives the same bytes."""
    told = {
        "version": FORMAT,
        "verdict": result.verdict,
        "owners": result.owners,
        "base": result.base,
        "head": result.head,
        "provenance": {
            "tool": f"{TOOL} {VERSION}",
            "rules": rules_version(),
            "base_commit": result.provenance.base or None,
            "head_commit": result.provenance.head or None,
            "not_committed": result.provenance.dirty,
            "packages": [asdict(each) for each in result.provenance.packages],
        },
        "environments": [
            {
                "name": each.name,
                "verdict": result.verdict_of(each.name),
                "counts": dict(each.counts),
                "usd_per_month": {
                    "before": round(each.cost[0], 2),
                    "after": round(each.cost[1], 2),
                },
                "models_at_most_usd_per_month": {
                    side: case and {"usd": case.usd and round(case.usd, 2), "by": case.by}
                    for side, case in zip(("before", "after"), each.models, strict=True)
                },
                "not_understood": list(each.not_understood),
                "rules": dict(each.rules),
            }
            for each in result.environments
        ],
        "findings": [_finding(result, each) for each in result.findings],
        "accepted": [
            {**_finding(result, each), "accepted": asdict(waiver)}
            for each, waiver in result.accepted
        ],
    }
    return json.dumps(told, indent=2, default=str) + "\n"


def _finding(result: Result, finding: Finding) -> dict[str, object]:
    owner = result.policy.owners[finding.category]
    return {**asdict(finding), "verdict": result.policy.verdict(finding), "owner": owner}
