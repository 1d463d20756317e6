"""The compliance page is what the ledger says now."""

from tests.packs.page import PAGE, page


def test_the_page_is_as_committed():
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make packs`"
