"""Overrides: reviewed rules that have the last word, as long as they are about something."""

import tomllib
from datetime import date

import pytest

from operate.errors import OperateError
from operate.models.refresh import refresh
from tests.unit.operate.installed import Installed, model, price


@pytest.fixture
def installed(tmp_path):
    models = {"acme.a": model(), "acme.b": model(mantle_supported_regions=["us-east-1"])}
    return Installed(tmp_path).holds(models, {"acme.a": price(), "acme.b": price()})


def corrected(installed, rule):
    entry = f'[[rule]]\nsource = "the card"\nreason = "because"\n{rule}\n'
    done = refresh(installed.corrected(entry).packages, write=True, **installed.files())
    return tomllib.loads(installed.target.read_text()), done


def test_add_and_take_away_capabilities(installed):
    rule = 'match = ["acme.a"]\naccepts = ["tools"]\nrefuses = ["stop"]'
    models, _ = corrected(installed, rule)
    accepted = ["system", "temperature", "top_p", "tools", "streaming"]
    assert models["acme.a"]["capabilities"]["accepts"] == accepted
    assert "stop" in models["acme.b"]["capabilities"]["accepts"]


def test_state_any_fact_and_are_cited_where_they_do(installed):
    rule = 'match = ["*.a"]\nfacts = { end_of_life = 2027-01-01, limits.dimensions = [3] }'
    a = corrected(installed, rule)[0]["acme.a"]
    assert (a["end_of_life"], a["limits"]["dimensions"]) == (date(2027, 1, 1), [3])
    assert a["source"] == "bedrock-models 0.1; the card"
    assert a["limits"]["source"] == "litellm 1.2; the card"
    assert a["capabilities"]["source"] == "litellm 1.2"


def test_take_the_other_endpoints_regions_from_a_bare_id(installed):
    models, _ = corrected(installed, 'match = ["acme.*"]\nmantle_only = true')
    assert models["acme.a"]["on_demand"] == ["us-east-1"]
    assert models["acme.b"]["on_demand"] == []


def test_give_limits_to_a_model_that_the_map_does_not_know(installed):
    installed.holds({"acme.new": model()}, {})
    rule = 'match = ["acme.new"]\nfacts.limits = { context_tokens = 5 }'
    limits = corrected(installed, rule)[0]["acme.new"]["limits"]
    known = {"context_tokens": 5, "source": "the card", "retrieved": date(2026, 11, 3)}
    assert limits == known


def test_that_change_nothing_any_more_are_told(installed):
    _, done = corrected(installed, 'match = ["acme.a"]\nrefuses = ["tools"]')
    assert any("agree with the rule for acme.a" in warning for warning in done.warnings)


STALE = {
    "no such model": ('match = ["acme.*", "acme.gone"]', "'acme.gone' in the rule for"),
    "no such kind": ('match = ["acme.*"]\nkind = "rerank"', "matches no model"),
    "no such field": ('match = ["acme.a"]\nlimits = {}', "unexpected keyword argument 'limits'"),
    "no such capability": ('match = ["acme.a"]\naccepts = ["telepathy"]', "no capability"),
}


@pytest.mark.parametrize("case", STALE)
def test_about_nothing_are_refused(installed, case):
    rule, told = STALE[case]
    with pytest.raises(OperateError, match=told):
        corrected(installed, rule)


@pytest.mark.parametrize("field", ["source", "reason"])
def test_without_provenance_are_refused(installed, field):
    entry = '[[rule]]\nmatch = ["*"]\nsource = "s"\nreason = "r"\n'.replace(
        f"{field} = ", "kind = "
    )
    with pytest.raises(OperateError, match=field):
        refresh(installed.corrected(entry).packages, write=True, **installed.files())
