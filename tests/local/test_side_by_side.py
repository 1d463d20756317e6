"""Two environments of one account and region: what happens to one is not felt by the other."""

import re
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from config.load import ENVIRONMENTS, load_catalogue, parse_environment
from config.schema import Environment
from local.client_environment import client_environment
from local.deploy import bootstrap, deploy, destroy
from local.processes import start, stop
from local.state import Home, recall
from operate.keys.store import KeyStore
from tests.local.conftest import Cloud
from tests.local.stores import REGION, Content, read, stores
from tests.stacks.assembly import synthesize

# What costs time to deploy and says nothing about living side by side.
LARGE = ("operations", "knowledge_bases", "aliases.[^c]", "invocation_logging")
# The account has one invocation log in a region, so one of the two declares it.
LOGGED = """
[invocation_logging]
log_retention_days = 1
bucket_retention_days = 1
deliver = []
"""
MORE = """
[aliases.embed-default]
description = "Embeddings."
model = "amazon.titan-embed-text-v2:0"
guardrail = "standard"
"""


@dataclass(frozen=True)
class Seen:
    """All that an environment's owner could notice."""

    models: list[str]
    functions: Mapping[str, Any]
    stores: Mapping[str, Content]
    logging: Mapping[str, Any]
    stacks: frozenset[str]

    def keeps(self, before: "Seen") -> bool:
        """Nothing that was stored is lost; logs may have grown."""
        return all(
            held.items() <= self.stores.get(name, {}).items()
            for name, held in before.stores.items()
        )


@dataclass(frozen=True)
class Story:
    """What `local` looked like: beside the other, after its upgrade, and after its end."""

    both: Seen
    upgraded: Seen
    destroyed: Seen
    others_models: tuple[list[str], list[str]]


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> Iterator[Story]:
    home = Home(tmp_path_factory.mktemp("beside"))
    ours = declared("local", LOGGED)
    theirs, upgraded = declared("beside"), declared("beside", MORE)
    before, after = home.directory / "before", home.directory / "after"
    synthesize(before, ours, theirs)
    synthesize(after, ours, upgraded)
    start(home)
    cloud = Cloud(home, client_environment(home, REGION))
    try:
        bootstrap(home, ours)
        our_url = base_url(home, deploy(home, ours, before))
        key = issued(cloud, ours)
        their_url = base_url(home, deploy(home, theirs, before))
        their_key = issued(cloud, theirs)
        both, first = seen(cloud, our_url, key), models(home, their_url, their_key)
        deploy(home, upgraded, after)
        second = models(home, their_url, their_key)
        beside_upgraded = seen(cloud, our_url, key)
        destroy(home, upgraded, after)
        yield Story(both, beside_upgraded, seen(cloud, our_url, key), (first, second))
    finally:
        cloud.close()
        stop(home)


def test_both_answer_side_by_side(story):
    assert story.both.models == ["chat-default"]
    assert story.others_models[0] == ["chat-default"]


def test_an_upgrade_reaches_the_one_that_is_upgraded(story):
    assert story.others_models[1] == ["chat-default", "embed-default"]


@pytest.mark.parametrize("moment", ["upgraded", "destroyed"])
def test_the_other_goes_on_as_it_was(story, moment):
    now: Seen = getattr(story, moment)
    assert now.models == story.both.models
    assert now.functions == story.both.functions != {}
    assert now.logging == story.both.logging != {}


@pytest.mark.parametrize("moment", ["upgraded", "destroyed"])
def test_the_other_loses_nothing_that_it_stores(story, moment):
    held = [name for name, content in story.both.stores.items() if content]
    assert "strata-local-keys" in held
    assert getattr(story, moment).keeps(story.both)


def test_only_the_stacks_of_the_one_that_is_destroyed_are_gone(story):
    ours = {stack for stack in story.upgraded.stacks if not stack.startswith("beside-")}
    assert len(story.upgraded.stacks) > len(ours) > 3
    assert story.destroyed.stacks == ours


def declared(name: str, more: str = "") -> Environment:
    """`local` with one alias, and what else is said."""
    text = (ENVIRONMENTS / "local.toml").read_text(encoding="utf-8")
    for table in LARGE:
        text = re.sub(rf"\[{table}.*\]\n(.+\n)*", "", text)
    text = re.sub(r"(?m)^aliases = .*$", 'aliases = ["chat-default"]', text)
    text += "\n[knowledge_bases]\n" + more
    if "embed-default" in more:
        text = text.replace('["chat-default"]', '["chat-default", "embed-default"]')
    return parse_environment(name, text, load_catalogue())


def issued(cloud: Cloud, environment: Environment) -> str:
    """A key as operators issue it, of an environment that has no file."""
    now = int(time.time())
    key, _ = KeyStore(environment, cloud.client).issue("demo", now=now, expires_at=now + 3_600)
    return key


def base_url(home: Home, outputs: Mapping[str, str]) -> str:
    stage = outputs["BaseUrl"].rstrip("/").split("/", 3)[3]
    cloud = f"https://localhost:{recall(home).ports['cloud']}"
    return f"{cloud}/_aws/execute-api/{outputs['ApiId']}/{stage}"


def models(home: Home, url: str, key: str) -> list[str]:
    """What the API lists for the key: through its authorizer, and from its tables and settings."""
    trusted = ssl.create_default_context(cafile=home.ca_file)
    with httpx2.Client(verify=trusted, trust_env=False, timeout=60) as caller:
        answer = caller.get(f"{url}/models", headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.text
    return sorted(each["id"] for each in answer.json()["data"])


def seen(cloud: Cloud, url: str, key: str) -> Seen:
    home = cloud.home
    logging = cloud.client("bedrock").get_model_invocation_logging_configuration()
    return Seen(
        models=models(home, url, key),
        functions=functions(cloud),
        stores={name: read(home, name, type) for name, type in stores(home).items()},
        logging=logging.get("loggingConfig", {}),
        stacks=stacks(cloud),
    )


def functions(cloud: Cloud) -> dict[str, Any]:
    """Every setting of each function of `local`, with the time of its last change."""
    pages = cloud.client("lambda").get_paginator("list_functions").paginate()
    found = {each["FunctionName"]: each for page in pages for each in page["Functions"]}
    return {name: each for name, each in found.items() if name.startswith("local-")}


def stacks(cloud: Cloud) -> frozenset[str]:
    states = ["CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_FAILED"]
    listed = cloud.client("cloudformation").list_stacks(StackStatusFilter=states)
    names = (stack["StackName"] for stack in listed["StackSummaries"])
    return frozenset(name for name in names if name != "CDKToolkit")
