"""Very many findings, as short as it can be said: each resource is named once, beside all that have
the same rules against them in the same environments."""

from collections.abc import Iterator, Sequence

from audit.finding import Finding
from audit.inert import code, plain

# Stands for the environment's name, where a stack has it in its own.
OWN = "…"


def by_rule(findings: Sequence[Finding], room: int) -> Iterator[str]:
    """Lines of at most `room` characters together; a last one says how many are left out."""
    left = room
    skipped = 0
    for head, stack, ids in _groups(findings):
        line = f"- {head} {plain(stack)}: "
        shown = _fitting(ids, left - len(line))
        skipped += len(ids) - len(shown)
        if shown:
            line += ", ".join(shown)
            left -= len(line) + 1
            yield line
    if skipped:
        yield f"- and {skipped} more resources: the JSON report names them all."


def _fitting(ids: Sequence[str], room: int) -> list[str]:
    shown: list[str] = []
    for each in map(plain, ids):
        room -= len(each) + 2
        if room < 0:
            break
        shown.append(each)
    return shown


def _groups(findings: Sequence[Finding]) -> Iterator[tuple[str, str, list[str]]]:
    """(rules and environments, stack, logical ids), gravest first as the findings are."""
    against: dict[str, list[Finding]] = {}
    for each in findings:
        against.setdefault(_anywhere(each), []).append(each)
    groups: dict[tuple[str, str], list[str]] = {}
    for resource, found in against.items():
        stack, _, id = resource.rpartition("/")
        groups.setdefault((_head(found), stack), []).append(id)
    for (head, stack), ids in groups.items():
        yield head, stack, sorted(ids)


def _anywhere(finding: Finding) -> str:
    stack, slash, id = finding.resource.rpartition("/")
    return f"{stack.replace(finding.environment, OWN)}{slash}{id}"


def _head(found: Sequence[Finding]) -> str:
    rules = dict.fromkeys(f"**{each.severity}** {code(each.rule)}" for each in found)
    environments = sorted({each.environment for each in found})
    return f"{', '.join(rules)} in {', '.join(map(code, environments))}"
