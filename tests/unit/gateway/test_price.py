"""Integers of micro-dollars: what was counted is charged, and never more than was reserved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.price import cost_micro_usd, input_tokens_at_most, most_micro_usd
from gateway.settings import Price, Target

BASE = Price(input=3_000_000, output=15_000_000, cache_read=300_000, cache_write=3_750_000)
LONG = Price(input=6_000_000, output=22_500_000, cache_read=600_000, cache_write=7_500_000)


def target(price: Price = BASE, long: tuple[int, Price] | None = None) -> Target:
    return Target(
        id="a.model-v1:0",
        owned_by="A",
        accepts=frozenset(),
        reasoning_effort=None,
        embedding=None,
        price=price,
        long=long,
        arn="prof1",
    )


def usage(input: int, output: int, read: int | None = None, written: int | None = None):
    cached = {"cacheReadInputTokens": read, "cacheWriteInputTokens": written}
    counted = {"inputTokens": input, "outputTokens": output, "totalTokens": input + output}
    return counted | {name: tokens for name, tokens in cached.items() if tokens is not None}


def test_input_and_output_have_a_price_each():
    assert cost_micro_usd(usage(1_000, 100), target()) == 3_000 + 1_500


def test_what_a_cache_had_comes_beside_the_other_input_and_has_prices_of_its_own():
    cost = cost_micro_usd(usage(1_000, 100, read=10_000, written=1_000), target())
    assert cost == 3_000 + 1_500 + 3_000 + 3_750


def test_a_fraction_of_a_micro_dollar_is_a_whole_one():
    cheap = target(Price(input=1, output=0, cache_read=0, cache_write=0))
    assert cost_micro_usd(usage(1, 0), cheap) == 1
    assert cost_micro_usd(usage(1_000_000, 0), cheap) == 1
    assert cost_micro_usd(usage(1_000_001, 0), cheap) == 2


def test_nothing_costs_nothing():
    assert cost_micro_usd(usage(0, 0), target()) == 0


@pytest.mark.parametrize(
    ("counted", "price"),
    [
        (usage(200_000, 1), BASE),
        (usage(200_001, 1), LONG),
        (usage(1, 1, read=200_000, written=0), LONG),
        (usage(1, 1, read=0, written=200_000), LONG),
        (usage(1, 1, read=199_999, written=0), BASE),
    ],
)
def test_a_long_context_is_one_of_all_the_input_together(counted, price):
    with_long = target(BASE, (200_000, LONG))
    assert cost_micro_usd(counted, with_long) == cost_micro_usd(counted, target(price))


def test_the_dearest_target_is_reserved_for():
    dear = target(Price(input=1, output=75_000_000, cache_read=1, cache_write=1))
    assert most_micro_usd(10, 1_000, [target(), dear, target()]) == 75_001


def test_the_long_price_is_reserved_for_only_when_the_input_can_be_that_long():
    with_long = target(BASE, (200_000, LONG))
    assert most_micro_usd(200_000, 0, [with_long]) == 750_000
    assert most_micro_usd(200_001, 0, [with_long]) == 1_500_008


TOKENS = st.integers(0, 500_000)
PRICES = st.builds(Price, *[st.integers(0, 100_000_000)] * 4)
TARGETS = st.builds(target, PRICES, st.none() | st.tuples(st.integers(1, 600_000), PRICES))


@given(st.tuples(TOKENS, TOKENS, TOKENS, TOKENS), TARGETS, TARGETS, TOKENS, TOKENS)
def test_no_usage_costs_more_than_was_reserved_for_it(tokens, one, other, more_in, more_out):
    input, output, read, written = tokens
    most = most_micro_usd(input + read + written + more_in, output + more_out, [other, one])
    assert cost_micro_usd(usage(input, output, read, written), one) <= most


def test_a_byte_is_at_most_a_token_and_an_image_what_the_hungriest_model_makes_of_one():
    nothing = input_tokens_at_most(0, 0)
    assert 0 < nothing < 100
    assert input_tokens_at_most(10_000, 0) == nothing + 10_000
    assert input_tokens_at_most(0, 3) == nothing + 3 * 16_384
