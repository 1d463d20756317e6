"""The price of an environment, from dated list prices; what is unknown is never nothing."""

import json
import tomllib

import pytest

from config.__main__ import main
from config.cost import PRICES, Request, idle, thousand_requests
from config.edge import Private
from config.load import load_catalogue, load_environment
from config.models import find_target
from config.operations import Operations

LIST = tomllib.loads(PRICES.read_text(encoding="utf-8"))


def report(capsys, *arguments: str) -> dict:
    assert main(["cost", "dev", "--json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_dev_idles_at_5_dollars_or_less(capsys):
    assert 0 < report(capsys)["idle_usd_per_month"] <= 5


def test_the_readme_says_what_the_command_says(capsys):
    from config.load import HERE

    usd = report(capsys)["idle_usd_per_month"]
    assert f"{usd:g} USD a month" in (HERE.parent / "README.md").read_text(encoding="utf-8")


def test_a_thousand_requests_cost_their_tokens_and_more():
    lines = list(thousand_requests(load_environment("dev"), "reasoning", Request(), LIST))
    tokens = [line for line in lines if "tokens" in line.what]
    # 500 in at 2.20 and 200 out at 11.00 a million, a thousand times.
    assert sum(line.usd for line in tokens) == pytest.approx(1.10 + 2.20)
    assert len(lines) > len(tokens)


def test_passages_count_as_input():
    environment = load_environment("dev")
    lines = thousand_requests(environment, "docs-assistant", Request(input_tokens=100), LIST)
    first = next(lines)
    assert first.usd == pytest.approx((100 + 4 * 120) * 1_000 * 0.80 / 1e6)


def test_assumptions_can_be_set(capsys):
    little = report(capsys, "--output-tokens", "1")["usd_per_1000_requests"]["reasoning"]
    much = report(capsys, "--output-tokens", "4000")["usd_per_1000_requests"]["reasoning"]
    assert much > 10 * little


def test_in_another_region_every_price_of_ours_is_unknown():
    elsewhere = load_environment("dev").model_copy(update={"region": "eu-west-1"})
    assert {line.usd for line in idle(elsewhere, LIST)} == {None}


def test_a_firewall_costs_by_the_month_and_by_the_request_and_only_where_it_is_on():
    on = load_environment("prod")
    off = on.model_copy(update={"api": on.api.model_copy(update={"waf": False})})
    assert "WAF" not in str(list(thousand_requests(off, "reasoning", Request(), LIST)))
    assert "WAF" in str(list(thousand_requests(on, "reasoning", Request(), LIST)))
    assert (
        sum(line.usd for line in idle(on, LIST)) == sum(line.usd for line in idle(off, LIST)) + 10
    )


def test_alarms_cost_by_the_metrics_that_they_read_and_nothing_where_none_are_declared():
    dev = load_environment("dev")
    silent = dev.model_copy(update={"operations": Operations()})
    assert sum(line.usd for line in idle(silent, LIST)) == pytest.approx(2.00)
    # Four shares of two metrics each and one count, and one objective over them.
    assert sum(line.usd for line in idle(dev, LIST)) == pytest.approx(2.00 + 9 * 0.10 + 0.50)


def test_a_private_apis_endpoint_costs_in_each_of_its_subnets():
    dev = load_environment("dev")
    subnets = ("subnet-11111111", "subnet-22222222")
    private = Private(vpc_id="vpc-11111111", subnet_ids=subnets, cidr="10.0.0.0/16")
    inside = dev.model_copy(update={"api": dev.api.model_copy(update={"private": private})})
    (endpoint,) = (line.usd for line in idle(inside, LIST) if "endpoint" in line.what)
    assert endpoint == pytest.approx(2 * 7.30)


def test_what_is_unknown_is_listed(capsys):
    assert any("S3 Vectors" in what for what in report(capsys)["unknown"])


def test_a_long_request_costs_its_dearer_price():
    environment = load_environment("dev")
    haiku = find_target("us.anthropic.claude-haiku-5-5", load_catalogue(), "us-east-1")
    alias = environment.aliases["reasoning"].model_copy(update={"model": haiku})
    longer = environment.model_copy(update={"aliases": {"reasoning": alias}})
    typical = Request(input_tokens=300_000)
    first = next(thousand_requests(longer, "reasoning", typical, LIST))
    assert first.usd == pytest.approx(165.0)  # at $0.55 a million, and not at $0.11


def test_a_total_with_an_unknown_part_is_unknown(capsys, monkeypatch):
    elsewhere = load_environment("dev").model_copy(update={"region": "eu-west-1"})
    monkeypatch.setattr("config.cost.load_environment", lambda name: elsewhere)
    assert report(capsys)["idle_usd_per_month"] is None
    assert main(["cost", "dev"]) == 0
    assert "unknown" in capsys.readouterr().out.splitlines()[1]


def test_less_than_nothing_is_refused():
    with pytest.raises(SystemExit):
        main(["cost", "dev", "--input-tokens", "-1"])


def guarded_by(name: str, alias: str):
    dev = load_environment("dev")
    other = dev.aliases[alias].model_copy(update={"guardrail": name})
    return dev.model_copy(update={"aliases": {**dev.aliases, alias: other}})


def test_a_policy_of_a_guardrail_without_a_price_makes_the_total_unknown():
    environment = guarded_by("grounded", "docs-assistant")
    lines = thousand_requests(environment, "docs-assistant", Request(), LIST)
    assert [line.what for line in lines if line.usd is None] == [
        "guardrail, grounding, a text unit"
    ]


def test_grounding_costs_nothing_where_there_are_no_passages():
    lines = thousand_requests(guarded_by("grounded", "reasoning"), "reasoning", Request(), LIST)
    assert all(line.usd is not None for line in lines)


def test_a_trail_costs_by_the_search_and_only_where_it_is_declared():
    events = {
        name: sum(
            line.usd
            for line in thousand_requests(load_environment(name), "docs-assistant", Request(), LIST)
            if "data event" in line.what
        )
        for name in ("dev", "prod")
    }
    # One search and one guardrail over its passages, a thousand times, at 1.00 a million.
    assert events == {"dev": 0, "prod": pytest.approx(0.002)}


def test_an_invocations_record_costs_only_where_it_is_declared():
    on = load_environment("dev")
    off = on.model_copy(update={"invocation_logging": None})
    (record,) = set(thousand_requests(on, "reasoning", Request(), LIST)) - set(
        thousand_requests(off, "reasoning", Request(), LIST)
    )
    assert "record" in record.what and record.usd == pytest.approx(0.0005)
