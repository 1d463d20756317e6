"""A refresh: the packages' data and the overrides become the catalogue, the same each time."""

import json
import random
import tomllib

import pytest

from config.errors import ConfigError
from config.load import parse_catalogue
from operate import __main__ as operate
from operate.errors import OperateError
from operate.models.refresh import refresh
from tests.unit.operate.installed import Installed, model, price

ROUTES = {"US": {"us-west-2": ["us-west-2", "us-east-1"]}, "GLOBAL": ["us-west-2", "eu-west-1"]}
MODELS = {
    "acme.chat": model(inferenceProfile=ROUTES, inference_types={"us-west-2": ["US", "GLOBAL"]}),
    "acme.old": model(model_lifecycle_status="LEGACY"),
    "acme.embed": model(outputModalities=["EMBEDDING"]),
    "acme.rank": model(),
    "acme.free": model(),
    "acme.unknown": model(),
    "acme.picture": model(outputModalities=["IMAGE"]),
    "acme.mantle": model(runtime_supported=False),
}
PRICES = {
    "us.acme.chat": price(1.1e-06),
    "global.acme.chat": price(),
    "acme.old": price(deprecation_date="2027-01-08"),
    "acme.embed": price(output=0, mode="embedding", output_vector_size=3),
    "acme.rank": price(0, 0, mode="rerank", input_cost_per_query=0.002),
    "acme.free": price(0, 0),
}


@pytest.fixture
def installed(tmp_path):
    return Installed(tmp_path).holds(MODELS, PRICES)


def run(installed, write=True):
    return refresh(installed.packages, write=write, **installed.files())


def text(installed):
    run(installed)
    return installed.target.read_text()


def catalogue(installed):
    return parse_catalogue(text(installed))


def test_takes_what_bedrock_runtime_serves_and_this_platform_can_use(installed):
    kinds = {id: facts.kind for id, facts in catalogue(installed).items()}
    chat = dict.fromkeys(["acme.chat", "acme.free", "acme.old"], "chat")
    assert kinds == {**chat, "acme.embed": "embedding", "acme.rank": "rerank"}


def test_leaves_out_a_model_of_unknown_length_and_says_so(installed):
    assert any("acme.unknown is left out" in warning for warning in run(installed).warnings)


def test_takes_profiles_with_the_regions_that_serve_them(installed):
    profiles = catalogue(installed)["acme.chat"].profiles
    served = ("eu-west-1", "us-west-2")
    assert profiles == {"global": {"*": served}, "us": {"us-west-2": ("us-east-1", "us-west-2")}}


def test_keeps_a_legacy_model_with_its_end(installed):
    old = catalogue(installed)["acme.old"]
    assert (old.lifecycle, str(old.end_of_life)) == ("LEGACY", "2027-01-08")


def test_keeps_a_model_without_a_price_and_says_so(installed):
    assert catalogue(installed)["acme.free"].price is None
    assert any("not routable: acme.free" in warning for warning in run(installed).warnings)


def test_dates_every_fact_by_its_source(installed):
    chat = catalogue(installed)["acme.chat"]
    assert (chat.source, str(chat.retrieved)) == ("bedrock-models 0.1", "2026-10-01")
    assert (chat.limits.source, str(chat.limits.retrieved)) == ("litellm 1.2", "2026-11-02")
    assert chat.price.source == "litellm 1.2: https://prices"


def test_twice_gives_the_same_bytes(installed):
    first = text(installed)
    again = run(installed)
    assert installed.target.read_text() == first
    assert (again.changed, again.written, again.changes) == (False, False, ())


def test_in_another_order_gives_the_same_bytes(installed):
    first = text(installed)
    shuffled = [dict(random.sample(list(each.items()), len(each))) for each in (MODELS, PRICES)]
    installed.holds(*shuffled)
    assert text(installed) == first


def test_tells_what_changed(installed):
    run(installed)
    models = {**MODELS, "acme.rank": model(model_lifecycle_status="LEGACY"), "acme.new": model()}
    del models["acme.embed"]
    installed.holds(models, {**PRICES, "acme.old": price(9e-06), "acme.new": price()})
    assert [(kind, told.split()[0]) for kind, told in run(installed).changes] == [
        ("added", "acme.new"),
        ("removed", "acme.embed"),
        ("repriced", "acme.old"),
        ("changed", "acme.old"),
        ("became LEGACY", "acme.rank"),
    ]


def test_tells_of_entries_that_end_on_different_days(installed):
    installed.holds(MODELS, {**PRICES, "us.acme.chat": price(deprecation_date="2026-12-01")})
    doubt = "acme.chat ends on no known day, but litellm 1.2 says ['us.acme.chat 2026-12-01']"
    assert doubt in run(installed).warnings


def test_tells_of_bare_ids_that_may_be_of_the_other_endpoint(installed):
    types = {"us-west-2": ["US", "ON_DEMAND"]}
    both = model(inferenceProfile=ROUTES, inference_types=types, mantle_supported_regions=types)
    installed.holds({**MODELS, "acme.chat": both}, PRICES)
    assert any("may answer on Mantle only" in warning for warning in run(installed).warnings)


def test_writes_nothing_that_the_catalogues_types_refuse(installed):
    before = text(installed)
    installed.holds({"acme.chat": model(model_lifecycle_status="DYING")}, PRICES | {
        "acme.chat": price()})  # fmt: skip
    with pytest.raises(ConfigError, match="lifecycle"):
        run(installed)
    assert installed.target.read_text() == before


@pytest.mark.parametrize("version", ["1.3", "6.6"])
def test_refuses_another_version_than_the_pinned_one(installed, version):
    installed.version("litellm", version)
    with pytest.raises(OperateError, match=rf"holds litellm {version}, but .* pins 1\.2"):
        run(installed)


def test_refuses_a_forbidden_version_even_if_pinned(installed):
    installed.version("litellm", "6.6")
    installed.sources.write_text(installed.sources.read_text().replace('"1.2"', '"6.6"'))
    with pytest.raises(OperateError, match=r"never to 6\.6"):
        run(installed)


def test_refuses_a_provider_that_has_no_name(installed):
    installed.holds({"newco.chat": model()}, {"newco.chat": price()})
    with pytest.raises(OperateError, match=r"newco\.chat: \[providers\]"):
        run(installed)


def test_says_which_command_installs_what_is_missing(tmp_path, capsys):
    assert operate.main(["models", "refresh", "--packages", str(tmp_path)]) == 2
    assert "`make models` installs it" in capsys.readouterr().err


@pytest.fixture
def command(installed, monkeypatch):
    def run(*arguments):
        return operate.main(
            ["models", "refresh", "--packages", str(installed.packages), *arguments]
        )

    monkeypatch.setattr(refresh, "__kwdefaults__", installed.files())
    return run


def test_a_dry_run_exits_with_1_when_it_would_change_and_writes_nothing(installed, command, capsys):
    assert command("--dry-run") == 1
    assert not installed.target.exists()
    assert "5 models, would change" in capsys.readouterr().out
    assert (command(), command("--dry-run")) == (0, 0)


def test_the_summary_is_for_machines_too(command, capsys):
    assert command("--json") == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["models"], summary["written"]) == (5, True)
    assert {"kind": "added", "model": "acme.chat (chat, ACTIVE)"} in summary["changes"]


def test_the_written_file_is_toml_under_a_header(installed):
    assert tomllib.loads(text(installed)) and text(installed).startswith("# Generated by")
