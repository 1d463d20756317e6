"""The sample documents: uploaded as they are on disk, then ingested by a real ingestion job."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.schema import Environment
from local.processes import REPOSITORY
from local.session import client
from local.state import Home
from local.steps import StepFailed

SAMPLES = REPOSITORY / "samples"
INGESTION_SECONDS = 180.0


def upload(home: Home, environment: Environment, bucket: str) -> int:
    """Make each knowledge base's prefix equal to its sample folder; returns how many files."""
    prefixes = [prefix for base in environment.knowledge_bases.values() for prefix in base.prefixes]
    with client(home, "s3", environment.region) as s3:
        return sum(_mirror(s3, bucket, prefix) for prefix in prefixes)


def ingest(home: Home, environment: Environment) -> None:
    """Run one ingestion job for each data source and wait until the vectors are there."""
    with client(home, "bedrock-agent", environment.region) as agent:
        for source in _sources(agent, environment):
            job = _start_job(agent, source)
            _await_job(home, agent, {**source, "ingestionJobId": job["ingestionJobId"]})


def _sources(agent: Any, environment: Environment) -> Iterator[dict[str, str]]:
    """The ids of the environment's data sources; the account may hold other people's."""
    declared = environment.knowledge_bases.items()
    ours = {f"strata-{environment.name}-{name}-{base.content}" for name, base in declared}
    for base in agent.list_knowledge_bases()["knowledgeBaseSummaries"]:
        if base["name"] in ours:
            listed = agent.list_data_sources(knowledgeBaseId=base["knowledgeBaseId"])
            for source in listed["dataSourceSummaries"]:
                yield {key: source[key] for key in ("knowledgeBaseId", "dataSourceId")}


def _mirror(s3: Any, bucket: str, prefix: str) -> int:
    folder = SAMPLES / prefix
    wanted = {prefix + path.name: path for path in sorted(folder.iterdir()) if path.is_file()}
    found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    for gone in {each["Key"] for each in found} - set(wanted):
        s3.delete_object(Bucket=bucket, Key=gone)
    for key, path in wanted.items():
        s3.put_object(Bucket=bucket, Key=key, Body=Path(path).read_bytes())
    return len(wanted)


def _start_job(agent: Any, source: dict[str, str]) -> dict[str, Any]:
    """The platform's own sync may have a job running: one at a time for a data source."""
    deadline = time.monotonic() + INGESTION_SECONDS
    while True:
        try:
            job: dict[str, Any] = agent.start_ingestion_job(**source)["ingestionJob"]
            return job
        except agent.exceptions.ConflictException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _await_job(home: Home, agent: Any, ids: dict[str, str]) -> None:
    deadline = time.monotonic() + INGESTION_SECONDS
    job: dict[str, Any] = {"status": "STARTING"}
    while job["status"] in ("STARTING", "IN_PROGRESS") and time.monotonic() < deadline:
        time.sleep(0.2)
        job = agent.get_ingestion_job(**ids)["ingestionJob"]
    if job["status"] != "COMPLETE" or job["statistics"]["numberOfDocumentsFailed"]:
        reasons = "; ".join(job.get("failureReasons", [])) or str(job.get("statistics"))
        raise StepFailed(
            f"the ingestion job ended as {job['status']}: {reasons}",
            log=home.log("cloud"),
            remedy="mend what it names (the knowledge base's role, a document), then again.",
        )
