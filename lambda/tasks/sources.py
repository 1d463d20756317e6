"""The data sources of an environment, and the jobs that make their indexes equal to S3."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_boto3_bedrock_agent import AgentsforBedrockClient

# Another job runs: one at a time for a data source and for its knowledge base, five in an account.
BUSY = ("ConflictException", "ServiceQuotaExceededException", "ThrottlingException")
RUNNING = ("STARTING", "IN_PROGRESS", "STOPPING")


@dataclass(frozen=True)
class Source:
    """One data source; `prefix` is what it reads of its bucket, "" for all of it."""

    name: str
    base: str
    source: str
    bucket: str
    prefix: str

    @classmethod
    def of(cls, told: Mapping[str, str]) -> "Source":
        """As a component tells of it; raises TypeError for another shape."""
        return cls(**told)

    def holds(self, bucket: str, key: str) -> bool:
        """Whether an object is one of its documents, or beside one."""
        return bucket == self.bucket and key.startswith(self.prefix)


@dataclass(frozen=True)
class Job:
    """An ingestion job as it is now; `counts` are Bedrock's own statistics."""

    id: str
    status: str
    counts: Mapping[str, int]
    reasons: tuple[str, ...]

    @property
    def runs(self) -> bool:
        return self.status in RUNNING

    @property
    def failed_documents(self) -> int:
        return self.counts.get("numberOfDocumentsFailed", 0)


class Jobs:
    """Ingestion jobs, asked for and looked at."""

    def __init__(self, bedrock: "AgentsforBedrockClient") -> None:
        self._bedrock = bedrock

    def start(self, source: Source) -> Job | None:
        """A new job; None while another one keeps it from being made."""
        try:
            started = self._bedrock.start_ingestion_job(**_ids(source))["ingestionJob"]
        except ClientError as error:
            if error.response["Error"]["Code"] in BUSY:
                return None
            raise
        return _job(started)

    def look(self, source: Source, job: str) -> Job:
        """How far a job is, with every reason why something in it failed."""
        found = self._bedrock.get_ingestion_job(**_ids(source), ingestionJobId=job)
        return _job(found["ingestionJob"])

    def running(self, source: Source) -> Iterator[Job]:
        """The jobs that have not ended."""
        pages = self._bedrock.get_paginator("list_ingestion_jobs").paginate(
            knowledgeBaseId=source.base, dataSourceId=source.source
        )
        jobs = (_job(each) for page in pages for each in page["ingestionJobSummaries"])
        yield from (job for job in jobs if job.runs)

    def stop(self, source: Source, job: str) -> None:
        """Ask a job to end; one that has ended is left alone."""
        try:
            self._bedrock.stop_ingestion_job(**_ids(source), ingestionJobId=job)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConflictException":
                raise

    def failed(self, source: Source) -> list[str]:
        """The keys of the documents that are not in the index as they are in S3."""
        pages = self._bedrock.get_paginator("list_knowledge_base_documents").paginate(
            knowledgeBaseId=source.base, dataSourceId=source.source
        )
        uris = [
            document["identifier"]["s3"]["uri"]
            for page in pages
            for document in page["documentDetails"]
            if document["status"] in ("FAILED", "METADATA_UPDATE_FAILED")
        ]
        # The bucket's name holds the account id, which is none of a log's business.
        return sorted(uri.partition("://")[2].partition("/")[2] for uri in uris)


def _ids(source: Source) -> dict[str, str]:
    return {"knowledgeBaseId": source.base, "dataSourceId": source.source}


def _job(told: Mapping[str, Any]) -> Job:
    return Job(
        told["ingestionJobId"],
        told["status"],
        told.get("statistics", {}),
        tuple(told.get("failureReasons", ())),
    )
