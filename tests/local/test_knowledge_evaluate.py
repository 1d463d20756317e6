"""The handbook asked on the deployed platform, as an operator and as CI do it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from config.load import load_environment
from config.questions import load_questions
from local.documents import _sources
from local.processes import REPOSITORY
from operate.api import asker
from operate.knowledge.answers import answerer

LOCAL = load_environment("local")
GONE = "returns-and-refunds.md"


@pytest.fixture(scope="module")
def evaluate(cloud, platform) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `python -m operate knowledge evaluate handbook` as an operator does."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        action = ["knowledge", "evaluate", "handbook", "--env", "local", *arguments]
        return subprocess.run(
            [sys.executable, "-m", "operate", *action],
            cwd=REPOSITORY,
            env=dict(cloud.environment),
            capture_output=True,
            text=True,
        )

    return run


@pytest.fixture(scope="module")
def whole(evaluate, tmp_path_factory) -> tuple[dict[str, Any], str]:
    """One run over all documents, and the file that it makes as a baseline."""
    done = evaluate("--json")
    assert done.returncode == 0, done.stdout + done.stderr
    file = tmp_path_factory.mktemp("evaluate") / "before.json"
    file.write_text(done.stdout)
    return json.loads(done.stdout), str(file)


def test_every_threshold_is_reached_in_both_languages(whole):
    report, _ = whole
    assert report["met"] is True
    assert {row["language"] for row in report["rows"]} == {"en", "ja", "all"}
    assert report["place"] == "embedded"
    assert len(report["questions"]) >= 60
    assert 0 < report["latency_s"]["p50"] <= report["latency_s"]["p95"]


def test_nothing_of_the_account_or_the_documents_is_in_the_report(whole):
    said = json.dumps(whole[0])
    assert "000000000000" not in said
    assert "refund window" not in said


@pytest.fixture
def without_a_document(cloud, platform) -> Iterator[None]:
    """The knowledge base as it is after one document was deleted; it comes back."""
    outputs = cloud.client("cloudformation").describe_stacks(StackName="local-Knowledge")
    (bucket,) = (
        each["OutputValue"]
        for each in outputs["Stacks"][0]["Outputs"]
        if each["OutputKey"] == "DocumentsBucket"
    )
    s3, key = cloud.client("s3"), f"handbook/{GONE}"
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.delete_object(Bucket=bucket, Key=key)
    _sync(cloud)
    yield
    s3.put_object(Bucket=bucket, Key=key, Body=body)
    _sync(cloud)


def _sync(cloud) -> None:
    """A job of our own, after whatever the platform has started by itself."""
    agent = cloud.client("bedrock-agent")
    for source in _sources(agent, LOCAL):
        job = _start(agent, source)
        while job["status"] not in ("COMPLETE", "FAILED"):
            time.sleep(0.2)
            ids = {**source, "ingestionJobId": job["ingestionJobId"]}
            job = agent.get_ingestion_job(**ids)["ingestionJob"]
        assert job["status"] == "COMPLETE"


def _start(agent, source) -> dict[str, Any]:
    for _ in range(100):
        try:
            return agent.start_ingestion_job(**source)["ingestionJob"]
        except agent.exceptions.ConflictException:
            time.sleep(0.2)
    raise AssertionError("another job never ended")


def test_a_document_that_is_gone_makes_recall_fall_and_the_status_1(
    whole, evaluate, without_a_document
):
    report, baseline = whole
    lost = [each.id for each in load_questions("handbook").questions if GONE in each.documents]
    done = evaluate("--baseline", baseline)
    assert done.returncode == 1, done.stderr
    assert "not reached: recall (en)" in done.stdout
    for id in lost:
        if report["questions"][id]["rank"]:
            assert f"worse: {id}: rank" in done.stdout


def test_the_platforms_own_api_answers_with_what_an_answer_is_judged_by(
    cloud, platform, key_of, monkeypatch
):
    for name in ("SSL_CERT_FILE", "NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, cloud.environment[name])
    ask = asker(platform.base_url, key_of("demo"))
    answer = answerer(ask, "docs-assistant", LOCAL.aliases["docs-assistant"], None)
    judged = answer(load_questions("handbook").questions[0])
    assert judged.facts is not None
    assert judged.refused or judged.supported is not None
    assert judged.usd is not None and judged.usd > 0
