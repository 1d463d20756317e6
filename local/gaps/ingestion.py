"""Closes gap 4 of local-cloud.md, the writing half: ingestion jobs that run, conflict and clean up.

A job runs beside the server with the rights of the knowledge base's role, one at a time for a
data source. Approximate: a data source is an S3 bucket; chunks are counted in the embedding model's
own tokens, not Titan's; a foundation model that parses documents is not asked.
"""

import contextvars
import json
import threading
from collections.abc import Mapping
from typing import Any

from ministack.services import bedrock_agent

from local.gaps.calls import Reply
from local.gaps.faults import Faults
from local.gaps.ingestion_runs import Run, forget_source
from local.gaps.knowledge_settings import IngestionFailed
from local.gaps.service_errors import ServiceError, not_emulated
from local.state import Home

STATISTICS = (
    "numberOfDocumentsScanned",
    "numberOfMetadataDocumentsScanned",
    "numberOfNewDocumentsIndexed",
    "numberOfModifiedDocumentsIndexed",
    "numberOfMetadataDocumentsModified",
    "numberOfDocumentsDeleted",
    "numberOfDocumentsFailed",
)
RUNNING = ("STARTING", "IN_PROGRESS", "STOPPING")
Record = dict[str, Any]


def close(home: Home) -> None:
    """Replace the jobs, and refuse the operations that would only pretend."""

    def start(base_id: str, source_id: str, body: bytes) -> Reply:
        try:
            return _start(base_id, source_id, json.loads(body or b"{}"), home)
        except ServiceError as error:
            return error.reply

    delete = bedrock_agent._delete_ds

    def delete_source(base_id: str, source_id: str) -> Reply:
        record = bedrock_agent._data_sources.get(f"{base_id}/{source_id}") or {}
        if record.get("DataDeletionPolicy") == "DELETE":
            forget_source(bedrock_agent._knowledge_bases[base_id], source_id)
        reply: Reply = delete(base_id, source_id)
        return reply

    bedrock_agent._start_ingestion_job = start
    bedrock_agent._stop_ingestion_job = _stop
    bedrock_agent._delete_ds = delete_source
    bedrock_agent._ingest_kb_documents = _refuse_direct
    bedrock_agent._delete_kb_documents = _refuse_direct


def _start(base_id: str, source_id: str, request: Mapping[str, Any], home: Home) -> Reply:
    source = bedrock_agent._data_sources.get(f"{base_id}/{source_id}")
    if source is None:
        text = f"Data source with id {source_id} in knowledge base {base_id} is not found."
        raise ServiceError("ResourceNotFoundException", text)
    for job in _jobs(base_id, source_id):
        if job["Status"] in RUNNING:
            text = f"Ingestion job with ID {job['IngestionJobId']} for this data source is ongoing."
            raise ServiceError("ConflictException", text)
    record = _record(base_id, source_id, request.get("description", ""))
    bedrock_agent._ingestion_jobs[f"{base_id}/{source_id}/{record['IngestionJobId']}"] = record
    answer: Reply = bedrock_agent._json({"IngestionJob": record}, status=202)
    base = bedrock_agent._knowledge_bases[base_id]
    run = Run(base, source, home.vectors, Faults(home.ingestion_faults))
    # The stores are read in the account and region of the request that is being answered.
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(_work, record, run), daemon=True).start()
    return answer


def _work(record: Record, run: Run) -> None:
    _move(record, run, "IN_PROGRESS")
    try:
        for _ in run:
            if record["Status"] == "STOPPING":
                return _move(record, run, "STOPPED")
            _move(record, run, record["Status"])
    except IngestionFailed as failed:
        run.failures.append(str(failed))
        return _move(record, run, "FAILED")
    except Exception as error:
        # A job that dies must not look as if it still ran.
        run.failures.append(f"{type(error).__name__}: {error}")
        _move(record, run, "FAILED")
        raise
    return _move(record, run, "COMPLETE")


def _move(record: Record, run: Run, status: str) -> None:
    record["Statistics"] = {**dict.fromkeys(record["Statistics"], 0), **run.counts}
    record["FailureReasons"] = list(run.failures)
    record["UpdatedAt"] = bedrock_agent._now_iso()
    record["Status"] = status


def _record(base_id: str, source_id: str, description: str) -> Record:
    now = bedrock_agent._now_iso()
    return {
        "KnowledgeBaseId": base_id,
        "DataSourceId": source_id,
        "IngestionJobId": bedrock_agent._id("IJ"),
        "Description": description,
        "Status": "STARTING",
        "StartedAt": now,
        "UpdatedAt": now,
        "Statistics": dict.fromkeys(STATISTICS, 0),
        "FailureReasons": [],
    }


def _jobs(base_id: str, source_id: str) -> list[Record]:
    place = (base_id, source_id)
    jobs: list[Record] = bedrock_agent._ingestion_jobs.values()
    return [job for job in jobs if (job["KnowledgeBaseId"], job["DataSourceId"]) == place]


def _stop(base_id: str, source_id: str, job_id: str) -> Reply:
    record = bedrock_agent._ingestion_jobs.get(f"{base_id}/{source_id}/{job_id}")
    if record is None:
        return ServiceError("ResourceNotFoundException", f"Job {job_id} is not found.").reply
    if record["Status"] not in RUNNING:
        return ServiceError("ConflictException", f"Job {job_id} is not running.").reply
    record["Status"] = "STOPPING"
    answer: Reply = bedrock_agent._json({"IngestionJob": record}, status=202)
    return answer


def _refuse_direct(*_: Any) -> Reply:
    return not_emulated("Direct ingestion", "use StartIngestionJob.").reply
