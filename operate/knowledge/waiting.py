"""Waits until the index holds what was uploaded, and no longer what was deleted."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from operate.errors import OperateError
from operate.knowledge.bucket import explained

SECONDS = 1_800.0
PAUSE = 2.0
DONE = ("INDEXED", "PARTIALLY_INDEXED", "METADATA_PARTIALLY_INDEXED")
FAILED = ("FAILED", "METADATA_UPDATE_FAILED", "IGNORED")


class State(NamedTuple):
    """How the index has a document, and since when."""

    status: str
    since: Any
    reason: str


States = Mapping[str, State]


def find_source(agent: Any, base_id: str, prefix: str) -> dict[str, str]:
    """The ids of the data source that reads the prefix; raises OperateError."""
    with explained("bedrock:ListDataSources"):
        listed = agent.list_data_sources(knowledgeBaseId=base_id)["dataSourceSummaries"]
    for each in listed:
        ids = {"knowledgeBaseId": base_id, "dataSourceId": each["dataSourceId"]}
        with explained("bedrock:GetDataSource"):
            source = agent.get_data_source(**ids)["dataSource"]
        s3 = source["dataSourceConfiguration"].get("s3Configuration", {})
        if prefix in s3.get("inclusionPrefixes", []):
            return ids
    raise OperateError(f"no data source reads {prefix!r}: deploy it first")


def states(agent: Any, ids: Mapping[str, str]) -> States:
    """Every document of the index by its URI."""
    found: dict[str, State] = {}
    asked = dict(ids)
    while True:
        with explained("bedrock:ListKnowledgeBaseDocuments"):
            page = agent.list_knowledge_base_documents(**asked)
        for each in page["documentDetails"]:
            uri = each["identifier"].get("s3", {}).get("uri", "")
            found[uri] = State(each["status"], each["updatedAt"], each.get("statusReason", ""))
        if not page.get("nextToken"):
            return found
        asked["nextToken"] = page["nextToken"]


def wait(
    now: Callable[[], States], before: States, changed: Sequence[str], gone: Sequence[str]
) -> dict[str, str]:
    """Until every URI is as it should be; the documents that failed, with the reason.

    Raises OperateError when that takes longer than half an hour.
    """
    deadline = time.monotonic() + SECONDS
    while True:
        seen = now()
        open = [*_unread(seen, before, changed), *(uri for uri in gone if uri in seen)]
        if not open:
            return dict(_failures(seen, changed))
        if time.monotonic() > deadline:
            names = ", ".join(uri.rpartition("/")[2] for uri in open[:5])
            raise OperateError(
                f"after {SECONDS:.0f} s the index is still behind for {len(open)}: {names}"
            )
        time.sleep(PAUSE)


def _unread(seen: States, before: States, changed: Sequence[str]) -> Iterator[str]:
    for uri in changed:
        state, earlier = seen.get(uri), before.get(uri)
        is_new = state is not None and (earlier is None or state.since != earlier.since)
        if state is None or not is_new or state.status not in (*DONE, *FAILED):
            yield uri


def _failures(seen: States, changed: Sequence[str]) -> Iterator[tuple[str, str]]:
    for uri in changed:
        if seen[uri].status in FAILED:
            yield uri.rpartition("/")[2], seen[uri].reason or seen[uri].status
