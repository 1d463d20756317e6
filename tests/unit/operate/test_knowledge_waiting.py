"""When a sync may be called done: what of the index counts as read, failed or forgotten."""

from collections.abc import Iterator

import pytest

from operate.errors import OperateError
from operate.knowledge import waiting
from operate.knowledge.waiting import State, find_source, states, wait
from tests.unit.operate.stubbed import Stubbed

A, B = "s3://documents/handbook/a.md", "s3://documents/handbook/b.md"
READ = State("INDEXED", 1, "")


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(waiting, "PAUSE", 0.0)


@pytest.fixture
def aws() -> Iterator[Stubbed]:
    stubbed = Stubbed()
    yield stubbed
    stubbed.close()


def seen(*looks: dict[str, State]):
    """What the index shows, one look after another; the last for ever."""
    left = list(looks)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def test_a_new_document_counts_when_it_is_indexed():
    looks = seen({}, {A: State("STARTING", 2, "")}, {A: State("INDEXED", 3, "")})
    assert wait(looks, {}, [A], []) == {}
    assert looks() == {A: State("INDEXED", 3, "")}


def test_a_changed_document_counts_when_it_was_indexed_again():
    looks = seen({A: READ}, {A: READ}, {A: State("INDEXED", 2, "")})
    assert wait(looks, {A: READ}, [A], []) == {}
    assert looks()[A].since == 2


def test_a_document_that_could_not_be_read_ends_the_waiting_with_its_name_and_reason():
    looks = seen({A: State("FAILED", 2, "not a readable .pdf file"), B: State("IGNORED", 2, "")})
    failed = wait(looks, {}, [A, B], [])
    assert failed == {"a.md": "not a readable .pdf file", "b.md": "IGNORED"}


def test_a_deleted_document_counts_when_the_index_has_forgotten_it():
    looks = seen({A: READ}, {A: READ}, {})
    assert wait(looks, {A: READ}, [], [A]) == {}
    assert looks() == {}


def test_an_index_that_stays_behind_is_an_error_that_names_the_documents(monkeypatch):
    monkeypatch.setattr(waiting, "SECONDS", -1.0)
    with pytest.raises(OperateError, match=r"still behind for 2: a\.md, b\.md"):
        wait(seen({B: READ}), {}, [A], [B])


def test_every_page_of_the_index_is_read(aws):
    ids = {"knowledgeBaseId": "KB12345678", "dataSourceId": "DS12345678"}

    def page(uri: str, **more: str) -> dict:
        detail = {
            **ids,
            "identifier": {"dataSourceType": "S3", "s3": {"uri": uri}},
            "status": "INDEXED",
            "updatedAt": 0,
        }
        return {"documentDetails": [detail], **more}

    operation = "list_knowledge_base_documents"
    aws.answer("bedrock-agent", operation, page(A, nextToken="more"), **ids)
    aws.answer("bedrock-agent", operation, page(B), **ids, nextToken="more")
    assert set(states(aws("bedrock-agent", ""), ids)) == {A, B}


def test_a_prefix_that_no_data_source_reads_is_an_error(aws):
    listed = {"dataSourceSummaries": []}
    aws.answer("bedrock-agent", "list_data_sources", listed, knowledgeBaseId="KB12345678")
    with pytest.raises(OperateError, match="no data source reads 'new/': deploy it first"):
        find_source(aws("bedrock-agent", ""), "KB12345678", "new/")
