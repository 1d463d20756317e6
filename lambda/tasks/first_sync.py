"""Fills a new knowledge base before anybody asks it, and ends its jobs before it goes.

A CloudFormation custom resource: the functions that ask a knowledge base wait for it.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import boto3

from tasks.custom_resource import Event, Failed, answer
from tasks.knowledge_sync import QUICK
from tasks.sources import Job, Jobs, Source

# A function lives for 15 minutes. What takes longer goes on without the deployment.
PATIENCE_SECONDS = 13 * 60
PAUSE_SECONDS = 2.0


@dataclass(frozen=True)
class Clock:
    """Real time, unless a test has another."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def handler(event: Event, context: object) -> None:
    """Called by CloudFormation, which reads the answer where it asked for it."""
    sources = [Source.of(told) for told in event["ResourceProperties"]["Sources"]]
    with closing(boto3.client("bedrock-agent", config=QUICK)) as agent:
        jobs, clock = Jobs(agent), Clock()
        answer(event, lambda: fill(jobs, sources, clock), undo=lambda: drain(jobs, sources, clock))


def fill(jobs: Jobs, sources: Sequence[Source], clock: Clock) -> None:
    """Sync each source, one after the other; raises Failed if a job fails as a whole.

    Documents that fail are the queue's to try again: one bad file keeps no platform from starting.
    """
    deadline = clock.now() + PATIENCE_SECONDS
    for source in sources:
        job = _start(jobs, source, clock, deadline)
        while job and job.runs and clock.now() < deadline:
            clock.sleep(PAUSE_SECONDS)
            job = jobs.look(source, job.id)
        if job is None or job.runs:
            print(f"{source.name}: not yet in sync; it goes on by itself")
        elif job.status != "COMPLETE":
            raise Failed(f"{source.name}: the first sync ended as {job.status}; see its log")


def drain(jobs: Jobs, sources: Sequence[Source], clock: Clock) -> None:
    """Stop what runs and wait for its end: a data source with a running job cannot be deleted."""
    deadline = clock.now() + PATIENCE_SECONDS
    for source in sources:
        for job in jobs.running(source):
            jobs.stop(source, job.id)
        while any(jobs.running(source)):
            if clock.now() > deadline:
                raise Failed(f"{source.name}: its ingestion job does not stop; delete again later")
            clock.sleep(PAUSE_SECONDS)


def _start(jobs: Jobs, source: Source, clock: Clock, deadline: float) -> Job | None:
    while (job := jobs.start(source)) is None and clock.now() < deadline:
        clock.sleep(PAUSE_SECONDS)
    return job
