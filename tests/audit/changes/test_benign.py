"""A2: a change that harms nobody is never a BLOCK, and what narrows is never called broadening."""

import pytest

from audit.verdict import BLOCK, PASS, overall, read_policy
from tests.audit.changes.shop import cases, findings

BENIGN = cases("benign.toml", "benign")


@pytest.mark.parametrize("change", BENIGN, ids=[each["is"] for each in BENIGN])
def test_a_benign_change_is_not_blocked(change):
    found = findings(change)
    verdict = overall(read_policy(), found)
    assert verdict != BLOCK, found
    if change.get("quiet"):
        assert verdict == PASS, found


def test_there_are_at_least_sixty():
    assert len(BENIGN) >= 60
