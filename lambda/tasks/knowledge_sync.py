"""Keeps every index equal to its documents: one ingestion job for a batch of changes.

No change is lost: its message goes only when a job has been started after it, or a note that asks
for one stands in the queue. Jobs never overlap: Bedrock refuses the second, and it is asked again.
"""

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from tasks.sources import Job, Jobs, Source
from tasks.sync_queue import Again, Changed, Everything, Message, Queue, SqsQueue, Watch, read

QUICK = Config(
    connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3}
)
# Seconds until a running job is looked at again, and until a busy data source is asked again.
LOOK_AGAIN, ASK_AGAIN = 20, 30
# How often a sync in which something failed is done again: after 15 seconds, 1, 4 and 15 minutes.
MOST_ATTEMPTS = 4
# By which a sync's metrics are known, and their names.
DIMENSIONS = ("environment", "knowledge_base")
METRICS = ("DocumentsIndexed", "DocumentsDeleted", "DocumentsFailed", "SyncsFailed")


@dataclass(frozen=True)
class Sync:
    """The sources by the key of a note, the jobs that fill them, and the queue for what waits."""

    environment: str
    sources: Mapping[str, Source]
    jobs: Jobs
    queue: Queue

    def handle(self, messages: Iterable[Message]) -> None:
        """Start at most one job for each source that anything asks for, and look at the others."""
        asked: dict[str, int] = {}
        for message in messages:
            if isinstance(message, Watch):
                self._look(message)
                continue
            for key, attempt in self._asked(message):
                asked[key] = min(attempt, asked.get(key, attempt))
        for key, attempt in asked.items():
            self._start(key, attempt)

    def _asked(self, message: Changed | Everything | Again) -> Iterator[tuple[str, int]]:
        if isinstance(message, Again):
            # A knowledge base that has gone since is not synced any more.
            yield from (
                ((message.source, message.attempt),) if message.source in self.sources else ()
            )
            return
        for key, source in self.sources.items():
            if isinstance(message, Everything) or source.holds(message.bucket, message.key):
                yield key, 0

    def _start(self, key: str, attempt: int) -> None:
        job = self.jobs.start(self.sources[key])
        if job is None:
            self.queue.leave(Again(key, attempt), ASK_AGAIN)
        else:
            self.queue.leave(Watch(key, job.id, attempt), LOOK_AGAIN)

    def _look(self, watch: Watch) -> None:
        source = self.sources.get(watch.source)
        if source is None:  # a knowledge base that has gone since
            return
        job = self.jobs.look(source, watch.job)
        if job.runs:
            self.queue.leave(watch, LOOK_AGAIN)
            return
        if (job.failed_documents or job.status == "FAILED") and watch.attempt < MOST_ATTEMPTS:
            self.queue.leave(Again(watch.source, watch.attempt + 1), 15 * 4**watch.attempt)
        self._tell(source, job, last=watch.attempt >= MOST_ATTEMPTS)

    def _tell(self, source: Source, job: Job, *, last: bool) -> None:
        """One line a job, and its metrics; what failed counts when no attempt is left."""
        failed = self.jobs.failed(source) if job.failed_documents else []
        count = job.counts.get
        values = (
            count("numberOfNewDocumentsIndexed", 0) + count("numberOfModifiedDocumentsIndexed", 0),
            count("numberOfDocumentsDeleted", 0),
            job.failed_documents if last else 0,
            int(last and job.status == "FAILED"),
        )
        metrics = dict(zip(METRICS, values, strict=True))
        facts = {"status": job.status, "failed": failed, "documents_failed": job.failed_documents}
        print(_line(self.environment, source.name, metrics, facts), flush=True)


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Called with a batch of the queue; names the messages that nobody understands."""
    with ExitStack() as opened:
        agent = opened.enter_context(closing(boto3.client("bedrock-agent", config=QUICK)))
        sqs = opened.enter_context(closing(boto3.client("sqs", config=QUICK)))
        told = json.loads(os.environ["SOURCES"])
        sync = Sync(
            os.environ["ENVIRONMENT"],
            {key: Source.of(each) for key, each in told.items()},
            Jobs(agent),
            SqsQueue(sqs, os.environ["QUEUE_URL"]),
        )
        understood, unread = _read_all(event["Records"])
        sync.handle(understood)
    return {"batchItemFailures": [{"itemIdentifier": id} for id in unread]}


def _read_all(records: Iterable[Mapping[str, Any]]) -> tuple[list[Message], list[str]]:
    understood: list[Message] = []
    unread: list[str] = []
    for record in records:
        try:
            understood.append(read(record["body"]))
        except ValueError as error:
            print(
                json.dumps({"event": "unread", "message": record["messageId"], "why": str(error)})
            )
            unread.append(record["messageId"])
    return understood, unread


def _line(
    environment: str, base: str, metrics: Mapping[str, int], facts: Mapping[str, object]
) -> str:
    directive = {
        "Namespace": "Strata",
        "Dimensions": [DIMENSIONS],
        "Metrics": [{"Name": name, "Unit": "Count"} for name in metrics],
    }
    made = {"Timestamp": round(time.time() * 1000), "CloudWatchMetrics": [directive]}
    about = {"event": "sync", "environment": environment, "knowledge_base": base}
    return json.dumps({"_aws": made, **about, **facts, **metrics})
