"""Documents reach the index and leave it by themselves, through S3's events and our queue."""

import time
from itertools import pairwise

import pytest

from config.load import load_environment
from local.documents import SAMPLES

REGION = "us-east-1"
BUCKET = f"strata-local-documents-000000000000-{REGION}"
# A tenth of the number that `make soak` runs.
OBJECTS, FAILING_PERCENT = 100, 5
PATIENCE = 240.0


class Index:
    """The knowledge base `handbook`, as its own service lists it."""

    def __init__(self, cloud):
        self.agent = cloud.client("bedrock-agent")
        content = load_environment("local").knowledge_bases["handbook"].content
        bases = self.agent.list_knowledge_bases()["knowledgeBaseSummaries"]
        name = f"strata-local-handbook-{content}"
        base = next(each["knowledgeBaseId"] for each in bases if each["name"] == name)
        (source,) = self.agent.list_data_sources(knowledgeBaseId=base)["dataSourceSummaries"]
        self.ids = {"knowledgeBaseId": base, "dataSourceId": source["dataSourceId"]}

    def documents(self):
        pages = self.agent.get_paginator("list_knowledge_base_documents").paginate(**self.ids)
        return {
            document["identifier"]["s3"]["uri"].removeprefix(f"s3://{BUCKET}/")
            for page in pages
            for document in page["documentDetails"]
            if document["status"] == "INDEXED"
        }

    def jobs(self):
        pages = self.agent.get_paginator("list_ingestion_jobs").paginate(**self.ids)
        return [job for page in pages for job in page["ingestionJobSummaries"]]

    def await_equal(self, wanted):
        deadline = time.monotonic() + PATIENCE
        while self.documents() != wanted and time.monotonic() < deadline:
            time.sleep(1)
        assert self.documents() == wanted


def samples():
    names = (path.name for path in (SAMPLES / "handbook").iterdir())
    return {f"handbook/{name}" for name in names if not name.endswith(".metadata.json")}


@pytest.fixture
def faults(platform, cloud):
    file = cloud.home.ingestion_faults
    file.write_text(str(FAILING_PERCENT))
    yield
    file.unlink()


def test_the_first_sync_made_the_index_equal_to_the_samples(platform, cloud):
    Index(cloud).await_equal(samples())


def test_a_burst_of_changes_some_of_which_fail_once_ends_in_sync_and_is_undone(
    platform, cloud, faults
):
    index, s3 = Index(cloud), cloud.client("s3")
    before = {job["ingestionJobId"] for job in index.jobs()}
    burst = {f"handbook/burst/{number}.md" for number in range(OBJECTS)}
    try:
        for key in sorted(burst):
            s3.put_object(Bucket=BUCKET, Key=key, Body=f"Shelf {key} holds bolts.".encode())
        index.await_equal(samples() | burst)
        jobs = [job for job in index.jobs() if job["ingestionJobId"] not in before]
        assert sum(job["statistics"]["numberOfDocumentsFailed"] for job in jobs) > 0
        spans = sorted((job["startedAt"], job["updatedAt"]) for job in jobs)
        assert all(first[1] <= second[0] for first, second in pairwise(spans))
        assert len(jobs) < OBJECTS / 2
    finally:
        for key in sorted(burst):
            s3.delete_object(Bucket=BUCKET, Key=key)
    index.await_equal(samples())


def test_a_deleted_document_that_is_restored_is_found_again(platform, cloud):
    index, s3 = Index(cloud), cloud.client("s3")
    key = "handbook/delivery.md"
    deleted = s3.delete_object(Bucket=BUCKET, Key=key)
    index.await_equal(samples() - {key})
    s3.delete_object(Bucket=BUCKET, Key=key, VersionId=deleted["VersionId"])
    # Taking a delete marker away is no event of its own; writing the version anew is.
    versions = s3.list_object_versions(Bucket=BUCKET, Prefix=key)["Versions"]
    newest = next(v["VersionId"] for v in versions if v["Key"] == key and v["IsLatest"])
    source = {"Bucket": BUCKET, "Key": key, "VersionId": newest}
    s3.copy_object(Bucket=BUCKET, Key=key, CopySource=source, MetadataDirective="REPLACE")
    index.await_equal(samples())
