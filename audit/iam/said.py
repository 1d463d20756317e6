"""A broadening as what stood there before and what stands there now."""

from audit.iam.conditions import Test
from audit.iam.inclusion import CONDITION, DENY, Broadening
from audit.iam.statement import Patterns, Statement

SOME = 4
GUARDRAIL = "bedrock:guardrailidentifier"


def category(found: Broadening) -> str:
    """What a condition on the guardrail held back is more than access."""
    if found.cause not in (CONDITION, DENY):
        return "access"
    left = found.statement.tests if found.cause == CONDITION else frozenset()
    held = [each for each in found.before if found.cause == CONDITION or not each.allows]
    held += [found.statement] if found.cause == DENY else []
    lost = any(test.key == GUARDRAIL and test not in left for each in held for test in each.tests)
    return "guardrails" if lost else "access"


def said(found: Broadening) -> tuple[str, str]:
    """(before, after) as text."""
    spoken_of = (found.actions, found.resources)
    before = "; ".join(sorted({_statement(each, *spoken_of) for each in found.before})[:3])
    after = _statement(found.statement, found.actions, found.resources)
    if found.cause == DENY:
        return f"denied: {before or after}", "not denied"
    return before, after


def _statement(
    statement: Statement, actions: tuple[str, ...] = (), resources: tuple[str, ...] = ()
) -> str:
    # Conditions first: they are what changes most often, and long lists are cut at their end.
    tests = " and ".join(sorted(_test(each) for each in statement.tests))
    parts = [
        "allow" if statement.allows else "deny",
        *([f"if {tests}:"] if tests else []),
        _some(actions) if actions else _patterns(statement.actions),
        "on",
        _some(resources) if resources else _patterns(statement.resources),
    ]
    if statement.principals.all != ("*",) or statement.principals.inverted:
        parts += ["for", _patterns(statement.principals)]
    return " ".join(parts)


def _test(test: Test) -> str:
    quantifier = {"forallvalues": "all of ", "foranyvalue": "any of "}.get(test.quantifier, "")
    optional = " (if there)" if test.if_exists else ""
    return f"{quantifier}{test.key}{optional} {test.operator} {_some(test.values)}"


def _patterns(patterns: Patterns) -> str:
    return ("all but " if patterns.inverted else "") + _some(patterns.all)


def _some(texts: tuple[str, ...]) -> str:
    more = f" and {len(texts) - SOME} more" if len(texts) > SOME else ""
    return ", ".join(texts[:SOME]) + more
