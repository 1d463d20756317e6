"""A newer version of the guardrail that a condition asks for is as good as the one before it: what
it stops is compared where the guardrail is. Without this, every new version is a broadening."""

import re
from collections.abc import Iterable
from dataclasses import replace

from audit.iam.conditions import Test
from audit.iam.statement import Statement

KEY = "bedrock:guardrailidentifier"
PINNED = re.compile(r"(.+guardrail/[^:]+):(\d+)")


def without_upgrades(before: Iterable[Statement], after: Iterable[Statement]) -> list[Statement]:
    """The statements after, asking for the versions before where theirs are only newer."""
    known = {match[1]: match[0] for text in _asked(before) if (match := PINNED.fullmatch(text))}
    return [
        replace(each, tests=frozenset(_test(test, known) for test in each.tests)) for each in after
    ]


def _asked(statements: Iterable[Statement]) -> list[str]:
    tests = (test for each in statements for test in each.tests if test.key == KEY)
    texts = (text for test in tests for text in test.values if PINNED.fullmatch(text))
    return sorted(texts, key=lambda text: int(text.rpartition(":")[2]))


def _test(test: Test, known: dict[str, str]) -> Test:
    if test.key != KEY:
        return test
    return replace(test, values=tuple(sorted({_older(each, known) for each in test.values})))


def _older(text: str, known: dict[str, str]) -> str:
    found = PINNED.fullmatch(text)
    was = known.get(found[1], text) if found else text
    newer = int(text.rpartition(":")[2]) > int(was.rpartition(":")[2]) if was != text else False
    return was if newer else text
