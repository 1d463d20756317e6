"""A1: every hazard is found, in the right category and as grave as it is."""

from collections import Counter

import pytest

from tests.audit.changes.shop import cases, findings

HAZARDS = cases("hazards.toml", "hazard")


@pytest.mark.parametrize("hazard", HAZARDS, ids=[each["is"] for each in HAZARDS])
def test_a_hazard_is_found_for_what_it_is(hazard):
    found = [(each.category, each.severity) for each in findings(hazard)]
    assert (hazard["category"], hazard["severity"]) in found


def test_there_are_at_least_sixty_in_all_ten_categories_but_parity():
    assert len(HAZARDS) >= 60
    assert len(Counter(each["category"] for each in HAZARDS)) == 9
