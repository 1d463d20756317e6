"""From findings to one word: what `policy.toml` says of each, and the gravest of all."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.errors import Unreadable
from audit.finding import CATEGORIES, SEVERITIES, Finding
from audit.stages import is_one_of

PASS, NEEDS_APPROVAL, BLOCK = VERDICTS = ("PASS", "NEEDS-APPROVAL", "BLOCK")
DEFAULT = Path(__file__).with_name("policy.toml")


@dataclass(frozen=True)
class Policy:
    owners: Mapping[str, str]
    lenient: frozenset[str]
    tables: Sequence[Mapping[str, Any]]

    def verdict(self, finding: Finding) -> str:
        """What one finding means for the change."""
        lenient = is_one_of(finding.environment, self.lenient)
        return self.verdict_of(finding.category, finding.severity, lenient)

    def verdict_of(self, category: str, severity: str, lenient: bool) -> str:
        for table in self.tables:
            speaks = "*" in table["categories"] or category in table["categories"]
            if speaks and (lenient or not table.get("lenient", False)):
                return str(table[severity])
        return BLOCK  # what no table speaks of

    def owners_of(self, findings: Iterable[Finding]) -> list[str]:
        """The groups whose approval the findings need."""
        needed = (each for each in findings if self.verdict(each) == NEEDS_APPROVAL)
        return sorted({self.owners[each.category] for each in needed})


def overall(policy: Policy, findings: Iterable[Finding], approved: Iterable[str] = ()) -> str:
    """The gravest verdict. `approved` are owner groups whose approval holds for this change."""
    groups = set(approved)
    found = [PASS]
    for each in findings:
        verdict = policy.verdict(each)
        waived = verdict == NEEDS_APPROVAL and policy.owners[each.category] in groups
        found.append(PASS if waived else verdict)
    return max(found, key=VERDICTS.index)


def read_policy(path: Path = DEFAULT) -> Policy:
    """Raises Unreadable for a policy that does not judge every finding."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        policy = Policy(
            owners={str(name): str(each) for name, each in document["owners"].items()},
            lenient=frozenset(document.get("lenient", {}).get("environments", ())),
            tables=document["verdict"],
        )
        _check(policy)
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}") from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Unreadable(f"{path} is not a policy of the audit: {error}") from error
    return policy


def _check(policy: Policy) -> None:
    if missing := [each for each in CATEGORIES if each not in policy.owners]:
        raise ValueError(f"[owners] says nobody for {', '.join(missing)}")
    for table in policy.tables:
        unknown = [each for each in table["categories"] if each not in (*CATEGORIES, "*")]
        if unknown:
            raise ValueError(f"no category {unknown[0]!r}; there are {', '.join(CATEGORIES)}")
        for severity in SEVERITIES:
            if table.get(severity) not in VERDICTS:
                raise ValueError(
                    f"{severity} = {table.get(severity)!r}; there are {', '.join(VERDICTS)}"
                )
