"""Point 4 of the knowledge base: whose documents a caller reads, and that no request changes it."""

import itertools
import json
import random
from collections.abc import Iterator, Mapping
from typing import Any

import examples
import libraries
import pytest
from keyring import Keyring, bearer

from gateway import chat, edge, search
from gateway.breaker import Breakers
from gateway.readers import groups_of
from gateway.settings import Settings, parse

GROUPS = ("staff", "finance", "board")
# Every set of groups that a tenant can have, and every row that one of its keys can have.
TENANTS = {
    f"tenant-{'-'.join(groups) or 'none'}": groups
    for size in range(len(GROUPS) + 1)
    for groups in itertools.combinations(GROUPS, size)
}
NARROWED = [None, *([list(groups)] for groups in TENANTS.values() if groups), [["everyone"]]]
# Beside the samples: each way in which a document may name its readers, or name none.
DOCUMENTS: dict[str, dict[str, Any]] = {
    **libraries.samples(),
    "board.md": {"groups": ["board"]},
    "several.md": {"groups": ["board", "finance"]},
    "nobody.md": {"groups": []},
    "odd.md": {"groups": "staffs"},
    "near.md": {"groups": ["Staff", "staff ", "staf", "*", "staff,finance"]},
    "named.md": {"group": ["staff"], "title": "everyone"},
}


def context_of(tenant: str, narrowed: Any, settings: Settings) -> Mapping[str, str]:
    """What the authorizer says of a key whose row is that of `operate keys issue --groups`."""
    ring = Keyring("dev", {})
    ring.settings = settings
    row = {"groups": {"SS": narrowed[0]}} if narrowed else {}
    context: Mapping[str, str] = ring.ask(bearer(ring.issue(tenant, **row)))["context"]
    return context


def ask(
    route: str, body: Mapping[str, Any], context: Mapping[str, str], aws: Any, told: Settings,
    **event: Any,
) -> Any:  # fmt: skip
    """(status, body) of a route for a caller of whom the authorizer says so."""
    sent = examples.event("chat") | {"resource": route, "body": json.dumps(body)} | event
    sent["requestContext"] = {**sent["requestContext"], "authorizer": dict(context)}
    given = {"settings": told, "upstream": aws}
    if route == "/v1/knowledge/{name}/search":
        sent["pathParameters"] = {"name": "handbook"}
        answer = search.answer(sent, examples.Context(), **given)
    else:
        answer = chat.answer(sent, examples.Context(), breakers=Breakers(), **given)
    return answer.status, json.loads(edge.buffered(answer)["body"])


def shown(route: str, context: Mapping[str, str], told: Settings, **library: Any) -> set[str]:
    """The documents that a plain request of the route shows its caller."""
    library = libraries.Library(DOCUMENTS, **library)
    body: dict[str, Any] = {"query": "What?", "top_k": 50}
    if route != "/v1/knowledge/{name}/search":
        body = {"model": "docs-assistant", "messages": [{"role": "user", "content": "What?"}]}
    _, said = ask(route, body, context, library.aws(), told)
    found = said["data"] if "data" in said else said["x_strata"]["citations"]
    return {each["document"] for each in found}


ROUTES = ("/v1/chat/completions", "/v1/knowledge/{name}/search")


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("overlooks", [False, True], ids=["filtered", "a store that does not"])
def test_every_key_of_every_tenant_reads_its_own_groups_documents_and_no_other(route, overlooks):
    told, wrong = libraries.settings(TENANTS), []
    for (tenant, declared), narrowed in itertools.product(TENANTS.items(), NARROWED):
        mine = {*declared} if narrowed is None else {*declared} & {*narrowed[0]}
        expected = {
            name
            for name, metadata in DOCUMENTS.items()
            if isinstance(named := metadata.get("groups"), list) and {*named} & {*mine, "everyone"}
        }
        found = shown(route, context_of(tenant, narrowed, told), told, overlooks=overlooks)
        if found != expected:
            wrong.append((tenant, narrowed, found ^ expected))
    assert wrong == []


def test_nobody_reads_a_document_that_names_no_reader():
    told = libraries.settings(TENANTS)
    read = set[str]().union(
        *(shown(ROUTES[1], context_of(tenant, None, told), told) for tenant in TENANTS)
    )
    assert set(DOCUMENTS) - read == {"trade-fair.md", "nobody.md", "odd.md", "near.md", "named.md"}


def test_a_knowledge_base_for_everyone_makes_no_difference():
    told = libraries.settings({"demo": ()}, readers="everyone")
    library = libraries.Library(DOCUMENTS)
    ask(ROUTES[1], {"query": "What?"}, {"tenant": "demo"}, library.aws(), told)
    assert library.filters == [None]


def test_readers_that_nobody_knows_stop_the_function():
    with pytest.raises(ValueError, match="readers 'all'"):
        libraries.settings({"demo": ()}, readers="all")
    declared = {**examples.DECLARED, "knowledge_bases": {"handbook": {"managed": False}}}
    with pytest.raises(KeyError, match="readers"):
        parse(declared, examples.DEPLOYED)


@pytest.mark.parametrize("held", ["", "everyone", "Staff", "* staff", "staff,finance"])
def test_what_an_authorizer_did_not_say_opens_nothing(held):
    told = libraries.settings({"demo": ("staff", "finance")})
    groups = groups_of(examples.request(groups=held), told)
    assert groups == (("everyone", "staff") if held == "* staff" else ("everyone",))


def test_a_managed_knowledge_base_is_filtered_in_its_own_words():
    told = libraries.settings({"demo": ("staff",)}, managed=True)
    aws = libraries.Library(DOCUMENTS).aws()
    ask(ROUTES[1], {"query": "What?"}, {"tenant": "demo", "groups": "*"}, aws, told)
    ((kind, settings),) = aws.requests("Retrieve")[0]["retrievalConfiguration"].items()
    assert kind == "managedSearchConfiguration"
    assert {"listContains": {"key": "groups", "value": "staff"}} in settings["filter"]["orAll"]


def test_one_group_alone_needs_no_or_which_bedrock_would_refuse():
    told = libraries.settings({"demo": ()})
    library = libraries.Library(DOCUMENTS)
    ask(ROUTES[1], {"query": "What?"}, {"tenant": "demo", "groups": "*"}, library.aws(), told)
    assert library.filters == [{"listContains": {"key": "groups", "value": "everyone"}}]


# What a caller may put anywhere to be taken for another: names, and whole filters.
CLAIMS = ["staff", "finance", "board", "*", "everyone,staff", ["staff", "board"], {"SS": ["board"]}]
NAMES = ["groups", "group", "readers", "x-strata-groups", "tenant", "authorizer", "filter"]
WIDER: list[Any] = [
    {"orAll": [{"listContains": {"key": "groups", "value": g}} for g in GROUPS]},
    {"orAll": [{"notEquals": {"key": "year", "value": 1}}, {"equals": {"key": "a", "value": 1}}]},
    {"notEquals": {"key": "language", "value": "xx"}},
    {"listContains": {"key": "groups", "value": "board"}},
    {"listContains": {"key": " Groups ", "value": "board"}},
    {"notIn": {"key": "GROUPS", "value": ["everyone"]}},
    {"startsWith": {"key": "x-amz-bedrock-kb-source-uri", "value": "s3://"}},
    {"stringContains": {"key": "AMAZON_BEDROCK_TEXT", "value": "a"}},
    {"andAll": [{"orAll": [{"equals": {"key": "groups", "value": "board"}}] * 2}] * 2},
    {"andAll": []}, {"orAll": []}, {"andAll": [{}, {}]}, {}, [], "groups", {"not": {}},
    {"orAll": {}},
    {"equals": {"key": "year", "value": 2026}, "orAll": [{}, {}]},
    {"equals": {"key": "year", "value": {"$exists": False}}},
    {"equals": {"key": "year", "value": None}}, {"in": {"key": "year", "value": [["groups"]]}},
    {"equals": {"key": "year\u0000", "value": 1}}, {"equals": {"key": "", "value": 1}},
]  # fmt: skip


def attempts() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """(route, body, event) of five hundred attempts and more to read what others read."""
    chance = random.Random(6)
    says = [{"role": "user", "content": "What does the board earn?"}]
    plain = {"model": "docs-assistant", "messages": says}
    for name, claim in itertools.product(NAMES, CLAIMS):
        text = claim if isinstance(claim, str) else json.dumps(claim)
        yield ROUTES[0], {**plain, "metadata": {name: claim}}, {}
        yield ROUTES[0], {**plain, name: claim}, {}
        yield ROUTES[0], {**plain, "user": text}, {"headers": {name: text}}
        yield ROUTES[1], {"query": text}, {"queryStringParameters": {name: text}}
        yield ROUTES[1], {"query": "What?", name: claim}, {}
        yield ROUTES[1], {"query": "What?"}, {"headers": {name: text, "authorization": text}}
        yield ROUTES[0], {**plain, "messages": [{"role": "system", "content": text}, *says]}, {}
    for filter in WIDER:
        yield ROUTES[1], {"query": "What?", "filter": filter}, {}
        yield ROUTES[0], {**plain, "filter": filter, "retrievalConfiguration": filter}, {}
        yield ROUTES[0], {**plain, "metadata": {"filter": filter}}, {}
    for _ in range(200):
        depth = chance.randrange(1, 6)
        yield ROUTES[1], {"query": "What?", "filter": any_filter(chance, depth)}, {}


def any_filter(chance: random.Random, depth: int) -> dict[str, Any]:
    if depth > 1 and chance.random() < 0.6:
        joined = [any_filter(chance, depth - 1) for _ in range(chance.randrange(1, 4))]
        return {chance.choice(["andAll", "orAll"]): joined}
    key = chance.choice(["groups", "Groups", "year", "language", "department", "x-amz-a"])
    operator = chance.choice(["equals", "notEquals", "in", "notIn", "listContains", "startsWith"])
    value = chance.choice(["board", "staff", 2026, ["board"], ["en", "ja"], "everyone", True])
    return {operator: {"key": key, "value": value}}


def test_five_hundred_attempts_open_no_document_of_others():
    told = libraries.settings({"demo": ()})
    public = {n for n, metadata in DOCUMENTS.items() if "everyone" in metadata.get("groups", "")}
    statuses, asked, opened = [], 0, []
    for route, body, event in attempts():
        library = libraries.Library(DOCUMENTS, overlooks=False)
        context = {"tenant": "demo", "key_id": "k", "groups": "*"}
        status, said = ask(route, body, context, library.aws(), told, **event)
        statuses.append(status)
        for filter in library.filters:
            asked += 1
            within = {n for n, m in DOCUMENTS.items() if libraries.matches(filter, m)}
            if not within <= public or any(f"Of {n}." in json.dumps(said) for n in others(public)):
                opened.append(body)
    assert opened == []
    assert len(statuses) >= 500 and asked >= 150
    assert set(statuses) == {200, 400}


def others(public: set[str]) -> set[str]:
    return set(DOCUMENTS) - public
