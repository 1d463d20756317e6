"""Q5 of reliability.md: every tenant's key, every alias, every environment; nobody gets more."""

import json
import random
from collections.abc import Callable, Mapping

import examples
import pytest
from keyring import Keyring, bearer, effect

from config.load import environment_names, load_environment
from gateway import aliases, edge, models

TENANTS = 200
Route = Callable[[edge.Request], edge.Reply]


def kinds(environment: str) -> dict[str, str]:
    """The environment's aliases, and what kind of model is behind each."""
    declared = load_environment(environment).aliases
    return {name: alias.model.model.kind for name, alias in declared.items()}


def keyring(environment: str) -> Keyring:
    """The environment with 200 tenants, each with some of its aliases, and a key for each."""
    chance, names = random.Random(environment), sorted(kinds(environment))
    some = {
        f"tenant-{number}": tuple(chance.sample(names, chance.randrange(1, len(names))))
        for number in range(TENANTS)
    }
    ring = Keyring(environment, some)
    plain = examples.settings().aliases["plain"]
    known = {name: plain._replace(kind=kind) for name, kind in kinds(environment).items()}
    ring.settings = ring.settings._replace(aliases=known, own_targets={})
    return ring


def answer(ring: Keyring, context: Mapping[str, str], event: str, route: Route) -> edge.Answer:
    """What a route answers a caller whom the authorizer has let in."""
    asked = examples.event(event)
    asked["requestContext"]["authorizer"] = dict(context)
    return edge.respond(asked, examples.Context(), route, settings=ring.settings)


def status(ring: Keyring, context: Mapping[str, str], alias: str, kind: str) -> int:
    """What every route answers that looks its alias up: chats, messages, responses, embeddings."""

    def route(request: edge.Request) -> edge.Reply:
        return edge.Reply({"found": aliases.find(alias, kind, request, ring.settings).kind})

    return answer(ring, context, "chat", route).status


def listed(ring: Keyring, context: Mapping[str, str]) -> set[str]:
    """The aliases that `GET /v1/models` tells a caller of."""

    def route(request: edge.Request) -> edge.Reply:
        return models.models(request, settings=ring.settings)

    (body,) = answer(ring, context, "models", route).chunks
    return {each["id"] for each in json.loads(body)["data"]}


@pytest.mark.parametrize("environment", environment_names())
def test_a_key_opens_its_tenants_aliases_and_no_other(environment):
    ring, wrong, opened = keyring(environment), [], 0
    for tenant, declared in ring.settings.tenants.items():
        context = ring.ask(bearer(ring.issue(tenant)))["context"]
        assert context["tenant"] == tenant
        for alias, kind in kinds(environment).items():
            expected = 200 if alias in declared.aliases else 403
            opened += expected == 200
            if status(ring, context, alias, kind) != expected:
                wrong.append((tenant, alias))
    assert wrong == []
    assert opened >= TENANTS


@pytest.mark.parametrize("environment", environment_names())
def test_a_key_of_another_environment_opens_nothing(environment):
    here = keyring(environment)
    for tenant in here.settings.tenants:
        here.issue(tenant)
    for elsewhere in set(environment_names()) - {environment}:
        there = keyring(elsewhere)
        keys = [there.issue(tenant) for tenant in there.settings.tenants]
        assert [key for key in keys if effect(here.ask(bearer(key))) != "Deny"] == []


@pytest.mark.parametrize("environment", environment_names())
def test_a_tenant_is_told_of_its_own_aliases_alone(environment):
    ring = keyring(environment)
    for tenant, declared in ring.settings.tenants.items():
        context = ring.ask(bearer(ring.issue(tenant)))["context"]
        assert listed(ring, context) == set(declared.aliases)
