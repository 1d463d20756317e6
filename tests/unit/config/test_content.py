"""The hash of what a guardrail says: what moves it, and what must not."""

from config.content import content_of
from config.load import load_environment

STANDARD = load_environment("dev").guardrails["standard"]


def test_it_moves_with_what_is_judged_and_answered():
    for change in ({"words": ()}, {"profanity": None}, {"blocked_input": "No."}, {"pii": {}}):
        assert content_of(STANDARD.model_copy(update=change)) != content_of(STANDARD)


def test_it_stays_with_another_order_or_another_description():
    reordered = dict(reversed(STANDARD.content_filters.items()))
    change = {"content_filters": reordered, "description": "Another text about it."}
    assert content_of(STANDARD.model_copy(update=change)) == content_of(STANDARD)
