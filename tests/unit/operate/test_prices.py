"""Prices: what the map says about ids, told apart by where the request runs."""

from decimal import Decimal

import pytest

from operate.errors import OperateError
from operate.models.prices import prices


def entry(input, output=0, **more):
    costs = {"input_cost_per_token": Decimal(input), "output_cost_per_token": Decimal(output)}
    return {name: cost for name, cost in costs.items() if cost} | more


CHEAP, DEAR, DEARER = entry("1e-6", "2e-6"), entry("1.1e-6", "2.2e-6"), entry("1.3e-6", "2.6e-6")


def paid(input, output):
    return {"input": Decimal(input), "output": Decimal(output)}


def test_are_for_a_million_tokens_and_exact():
    listed = prices("m", "chat", [], {"m": entry("1.375e-07", "3.3e-06")})
    assert listed == {"regional": paid("0.1375", "3.3")}


def test_of_the_bare_id_hold_for_its_profiles():
    assert prices("m", "chat", ["us"], {"m": CHEAP, "us.m": CHEAP}) == {"regional": paid(1, 2)}


def test_of_a_model_that_only_profiles_serve_are_the_geographic_ones():
    listed = prices("m", "chat", ["eu", "global", "us"], {
        "m": CHEAP, "global.m": CHEAP, "us.m": DEAR, "eu.m": DEAR,
    })  # fmt: skip
    assert listed == {"regional": paid("1.1", "2.2"), "global": paid(1, 2)}


def test_of_a_model_that_the_map_knows_by_its_profiles_alone():
    listed = prices("m", "chat", ["global", "in"], {"global.m": CHEAP, "in.m": DEAR})
    assert listed == {"regional": paid("1.1", "2.2"), "global": paid(1, 2)}


def test_that_differ_in_a_profile_or_a_region_are_told_apart():
    listed = prices("m", "chat", ["eu", "us", "eu-west-2", "us-east-1"], {
        "m": CHEAP, "us.m": CHEAP, "eu.m": DEAR,
        "bedrock/eu-west-2/m": DEARER, "bedrock/us-east-1/m": CHEAP,
    })  # fmt: skip
    elsewhere = {"eu": paid("1.1", "2.2"), "eu-west-2": paid("1.3", "2.6")}
    assert listed == {"regional": paid(1, 2), "elsewhere": elsewhere}


def test_of_profiles_that_bedrock_does_not_offer_are_not_taken():
    assert prices("m", "chat", [], {"m": CHEAP, "eu.m": DEAR}) == {"regional": paid(1, 2)}


def test_of_long_requests_have_their_own_table():
    long = {"input_cost_per_token_above_200k_tokens": Decimal("3e-6"),
            "output_cost_per_token_above_200k_tokens": Decimal("4e-6")}  # fmt: skip
    listed = prices("m", "chat", [], {"m": CHEAP | long})
    assert listed["long"] == {"above": 200_000, "regional": paid(3, 4)}


def test_in_two_tiers_are_refused_rather_than_half_told():
    tiers = {f"input_cost_per_token_above_{k}k_tokens": Decimal("3e-6") for k in (100, 200)}
    with pytest.raises(OperateError, match="one long price"):
        prices("m", "chat", [], {"m": CHEAP | tiers})


def test_of_cached_tokens_are_taken():
    cached = entry("1e-6", "2e-6", cache_read_input_token_cost=Decimal("1e-7"),
                   cache_creation_input_token_cost=Decimal("1.25e-6"))  # fmt: skip
    listed = prices("m", "chat", [], {"m": cached})["regional"]
    assert (listed["cache_read"], listed["cache_write"]) == (Decimal("0.1"), Decimal("1.25"))


def test_of_a_reranker_are_for_one_query():
    listed = prices("m", "rerank", [], {"m": {"input_cost_per_query": Decimal("0.002")}})
    assert listed == {"regional": {"query": Decimal("0.002")}}


@pytest.mark.parametrize(
    ("kind", "incomplete"),
    [
        ("chat", entry(0, "7.5e-6", input_cost_per_video_per_second=Decimal(1))),
        ("embedding", {"input_cost_per_query": Decimal("7e-5")}),
        ("rerank", CHEAP),
        ("chat", {}),
    ],
)
def test_that_are_incomplete_are_none_and_never_zero(kind, incomplete):
    assert prices("m", kind, [], {"m": incomplete}) == {}
