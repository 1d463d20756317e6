"""docs/audit.md: its table of other tools speaks of the hazards that there are."""

from collections import Counter
from pathlib import Path

from tests.audit.changes.shop import cases

PAGE = Path(__file__).parents[3] / "docs" / "audit.md"


def test_the_table_counts_every_hazard_of_every_category():
    _, _, rest = PAGE.read_text(encoding="utf-8").partition("<!-- peers: make audit-peers -->")
    table, closed, _ = rest.partition("<!-- end of peers -->")
    assert closed
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("|")]
    counted = {row[0]: int(row[1]) for row in rows[2:]}
    hazards = cases("hazards.toml", "hazard")
    assert counted == {**Counter(each["category"] for each in hazards), "all": len(hazards)}
