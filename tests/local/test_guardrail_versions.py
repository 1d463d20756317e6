"""An edited guardrail reaches the functions as a new version; anything else leaves it alone."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.load import load_environment
from config.schema import Environment
from local import deploy
from tests.stacks.assembly import synthesize

Deploy = Callable[[Environment], dict[str, Any]]


@pytest.fixture
def deployed(cloud, platform, tmp_path) -> Iterator[Deploy]:
    """Deploys an environment's Gateway and tells its STRATA_DEPLOYED; the real one comes back."""
    declared = load_environment("local")

    def put(environment: Environment) -> dict[str, Any]:
        outdir = Path(tmp_path) / str(len(list(tmp_path.iterdir())))
        synthesize(outdir, environment)
        arguments = ("deploy", "local/Gateway", "--exclusively", f"--app={outdir}")
        deploy._cdk(cloud.home, declared, *arguments, "--require-approval=never")
        functions = cloud.client("lambda").list_functions()["Functions"]
        told = [
            one["Environment"]["Variables"]["STRATA_DEPLOYED"]
            for one in functions
            if "STRATA_DEPLOYED" in one.get("Environment", {}).get("Variables", {})
        ]
        assert len(set(told)) == 1, "every function is told the same"
        return dict(json.loads(told[0]))

    yield put
    put(declared)


def edited(environment: Environment, **changes: Any) -> Environment:
    standard = environment.guardrails["standard"].model_copy(update=changes)
    guardrails = {**environment.guardrails, "standard": standard}
    return environment.model_copy(update={"guardrails": guardrails})


def test_only_an_edit_of_what_it_says_moves_the_deployed_version(cloud, deployed):
    declared = load_environment("local")
    first = deployed(declared)["guardrails"]
    assert all(version.isdigit() for _, version in first.values())

    alias = declared.aliases["chat-default"].model_copy(update={"description": "Another."})
    elsewhere = {"aliases": {**declared.aliases, "chat-default": alias}}
    described = edited(declared.model_copy(update=elsewhere), description="Another.")
    assert deployed(described)["guardrails"] == first

    second = deployed(edited(declared, blocked_input="Not this."))["guardrails"]
    id, before = first["standard"]
    assert second["standard"][0] == id
    assert int(second["standard"][1]) > int(before)
    assert {**second, "standard": first["standard"]} == first

    bedrock = cloud.client("bedrock")
    said = [
        bedrock.get_guardrail(guardrailIdentifier=id, guardrailVersion=version)
        for version in (before, second["standard"][1])
    ]
    assert [one["blockedInputMessaging"] for one in said] == [
        "This request was blocked by the usage policy.",
        "Not this.",
    ]
