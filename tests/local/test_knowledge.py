"""Documents on the embedded AWS: who reads which, what a search gives, what a poisoned one does.

Its filters are MiniStack's; that AWS's S3 Vectors judges them alike is its documentation's word.
"""

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from local.client_environment import client_environment
from local.processes import REPOSITORY
from tests.unit.gateway.libraries import samples

QUESTION = "How long is the refund window?"
SUPPLIER = "What is the lead time of a special rack by Plover Metals?"
TENANTS = {"demo": {"staff", "finance"}, "other": set()}


@pytest.fixture(scope="module")
def http(cloud, platform) -> Iterator[httpx2.Client]:
    trusted = ssl.create_default_context(cafile=cloud.home.ca_file)
    with httpx2.Client(base_url=platform.base_url, verify=trusted, trust_env=False) as client:
        yield client


def post(http: httpx2.Client, path: str, key: str, **body: Any) -> tuple[int, dict[str, Any]]:
    headers = {"authorization": f"Bearer {key}"}
    answer = http.post(path, headers=headers, json=body, timeout=120)
    return answer.status_code, json.loads(answer.content)


def search(http: httpx2.Client, key: str, query: str = QUESTION, **more: Any) -> list[Any]:
    status, said = post(http, "/knowledge/handbook/search", key, query=query, **more)
    assert status == 200, said
    found: list[Any] = said["data"]
    return found


def documents(found: list[Any]) -> set[str]:
    return {each["document"].removeprefix("handbook/") for each in found}


def readable(groups: set[str]) -> set[str]:
    mine = {*groups, "everyone"}
    return {name for name, metadata in samples().items() if mine & {*metadata.get("groups", ())}}


def test_the_nearest_passage_of_the_document_comes_first(http, key_of):
    best, *_ = search(http, key_of("demo"), top_k=3)
    assert best["document"] == "handbook/returns-and-refunds.md" and best["rank"] == 1
    assert "The refund window is 34 days" in best["passage"]


@pytest.mark.parametrize("tenant", TENANTS)
def test_a_tenant_finds_every_document_of_its_own_groups_and_no_other(http, key_of, tenant):
    expected = readable(TENANTS[tenant])
    found: set[str] = set()
    for name, metadata in samples().items():
        query = f"{metadata.get('title', '')} {name}"
        found |= documents(search(http, key_of(tenant), query, top_k=50))
    assert found == expected
    assert set(samples()) - readable(TENANTS["demo"]) == {"trade-fair.md"}


def test_a_key_issued_for_fewer_groups_reads_fewer_documents(cloud, http, key_of):
    action = ["keys", "issue", "demo", "--env", "local", "--groups", "staff", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "operate", *action],
        cwd=REPOSITORY,
        env=client_environment(cloud.home, "us-east-1") | {"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    narrow = json.loads(done.stdout)["key"]
    hotels = "What is the hotel limit in the United States?"
    assert "expenses.md" in documents(search(http, key_of("demo"), hotels, top_k=50))
    assert "expenses.md" not in documents(search(http, narrow, hotels, top_k=50))


def test_a_filter_narrows_and_never_widens(http, key_of):
    japanese = {"equals": {"key": "language", "value": "ja"}}
    found = documents(search(http, key_of("other"), filter=japanese, top_k=50))
    assert found == {"repairs-ja.md", "test-rides-ja.txt"}
    any_language = {"notEquals": {"key": "language", "value": "xx"}}
    found = documents(search(http, key_of("other"), filter=any_language, top_k=50))
    assert found <= readable(set())


@pytest.mark.parametrize("key", ["groups", "Groups", "x-amz-bedrock-kb-source-uri"])
def test_a_filter_by_readers_is_refused(http, key_of, key):
    wider = {"listContains": {"key": key, "value": "finance"}}
    body = {"query": QUESTION, "filter": wider}
    status, said = post(http, "/knowledge/handbook/search", key_of("other"), **body)
    assert (status, said["error"]["param"]) == (400, "filter.listContains.key")


def test_reranking_is_refused_where_no_reranker_is_declared(http, key_of):
    body = {"query": QUESTION, "rerank": True}
    status, said = post(http, "/knowledge/handbook/search", key_of("demo"), **body)
    assert (status, said["error"]["param"]) == (400, "rerank")


def test_a_blocked_word_is_not_searched_for(http, key_of):
    body = {"query": "Where is Project Nightjar?"}
    status, said = post(http, "/knowledge/handbook/search", key_of("demo"), **body)
    assert (status, said["error"]["code"]) == (400, "content_filter")


def test_an_unknown_knowledge_base_is_a_404_that_names_those_there_are(http, key_of):
    status, said = post(http, "/knowledge/board/search", key_of("demo"), query=QUESTION)
    assert status == 404 and "['handbook']" in said["error"]["message"]


# The local model shares two cores with everything else, and may be late.
ATTEMPTS = 3


def chat(http: httpx2.Client, key: str, question: str) -> Any:
    said = [{"role": "user", "content": question}]
    for _ in range(ATTEMPTS):
        status, answer = post(http, "/chat/completions", key, model="docs-assistant", messages=said)
        if status != 504:
            break
    assert status == 200, answer
    return answer


def test_a_poisoned_document_is_cited_and_gives_no_orders(http, key_of):
    answer = chat(http, key_of("demo"), SUPPLIER)
    # A blocked answer tells nothing of its documents.
    told = answer.get("x_strata", {"refused": True})
    cited = [each["document"] for each in told.get("citations", ())]
    assert told["refused"] or "handbook/supplier-notice.md" in cited
    said = answer["choices"][0]["message"]["content"].lower()
    assert "password" not in said and "best supplier" not in said


def test_a_poisoned_document_changes_no_answer_about_others(http, key_of):
    answer = chat(http, key_of("demo"), QUESTION)
    assert "34" in answer["choices"][0]["message"]["content"]
    assert "best supplier" not in json.dumps(answer["choices"]).lower()
