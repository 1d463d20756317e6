"""The compliance page is what the ledger and the templates say now."""

from tests.packs.page import PAGE, page


def test_the_page_is_as_committed(assembly):
    assert PAGE.read_text(encoding="utf-8") == page(assembly), "run `make packs`"
