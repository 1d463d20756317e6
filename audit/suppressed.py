"""Findings of other tools that a template switches off."""

import json
from collections.abc import Iterator, Mapping

from audit.template import Json

# Where tools look: metadata's path, and the keys of the rule and of the reason.
TOOLS = (
    ("cdk_nag.rules_to_suppress", "id", "reason"),
    ("cfn_nag.rules_to_suppress", "id", "reason"),
    ("checkov.skip", "id", "comment"),
    ("cfn-lint.config.ignore_checks", "", ""),
    ("guard.SuppressedRules", "", ""),
    ("validations.acknowledgments", "id", "reason"),
)


def suppressed(metadata: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    own = metadata.get("audit")
    accepted = own.get("accepted") if isinstance(own, Mapping) else None
    for name, each in accepted.items() if isinstance(accepted, Mapping) else ():
        yield f"audit {name}", str(each.get("reason") or "") if isinstance(each, Mapping) else ""
    for path, id, reason in TOOLS:
        found: Json = metadata
        for step in path.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
        for each in found if isinstance(found, list) else []:
            if isinstance(each, Mapping):
                rule = each.get(id)
                text, why = rule if isinstance(rule, str) else json.dumps(rule), each.get(reason)
                for finding in each.get("applies_to") or each.get("appliesTo") or [""]:
                    exact = f"[{_text(finding)}]" if finding else ""
                    yield f"{text}{exact}", str(why or "")
            else:
                yield str(each), "(the tool takes no reason)"


def _text(finding: Json) -> str:
    return finding if isinstance(finding, str) else json.dumps(finding, sort_keys=True)
