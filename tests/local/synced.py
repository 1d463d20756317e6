"""A burst of changes under the handbook, and the index that must become equal to it."""

import time
from itertools import pairwise

from config.load import load_environment
from local.documents import SAMPLES

REGION = "us-east-1"
BUCKET = f"strata-local-documents-000000000000-{REGION}"


class Index:
    """The knowledge base `handbook`, as its own service lists it."""

    def __init__(self, agent):
        self.agent = agent
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

    def await_equal(self, wanted, patience=240.0):
        deadline = time.monotonic() + patience
        while self.documents() != wanted and time.monotonic() < deadline:
            time.sleep(1)
        assert self.documents() == wanted


def samples():
    names = (path.name for path in (SAMPLES / "handbook").iterdir())
    return {f"handbook/{name}" for name in names if not name.endswith(".metadata.json")}


def burst(index, s3, number):
    """Write so many documents, wait for them, take them away, wait again; the jobs that it took."""
    before = {job["ingestionJobId"] for job in index.jobs()}
    keys = [f"handbook/burst/{each}.md" for each in range(number)]
    try:
        for key in keys:
            s3.put_object(Bucket=BUCKET, Key=key, Body=f"Shelf {key} holds bolts.".encode())
        index.await_equal(samples() | set(keys), patience=240.0 + number)
        jobs = [job for job in index.jobs() if job["ingestionJobId"] not in before]
    finally:
        for key in keys:
            s3.delete_object(Bucket=BUCKET, Key=key)
    index.await_equal(samples(), patience=240.0 + number)
    return jobs


def failed(jobs):
    return sum(job["statistics"]["numberOfDocumentsFailed"] for job in jobs)


def overlaps(jobs):
    spans = sorted((job["startedAt"], job["updatedAt"]) for job in jobs)
    return sum(first[1] > second[0] for first, second in pairwise(spans))
