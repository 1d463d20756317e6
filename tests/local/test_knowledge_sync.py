"""A folder nobody here has seen: synced to the deployed platform, changed, interrupted, deleted."""

import hashlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.load import load_environment
from local.documents import _sources
from local.processes import REPOSITORY
from operate.knowledge.bucket import Place, compare, upload
from operate.knowledge.folder import read_folder
from operate.knowledge.limits import types_of

LOCAL = load_environment("local")
BASE = LOCAL.knowledge_bases["handbook"]
JAPANESE = "出張 規定.md"


@pytest.fixture(scope="module")
def bucket(cloud, platform) -> str:
    told = cloud.client("cloudformation").describe_stacks(StackName="local-Knowledge")
    outputs = {each["OutputKey"]: each["OutputValue"] for each in told["Stacks"][0]["Outputs"]}
    return str(outputs["DocumentsBucket"])


@pytest.fixture
def folder(tmp_path, cloud, bucket) -> Path:
    """The sample handbook as it is in the bucket, to which a test adds its own."""
    samples = REPOSITORY / "samples" / "handbook"
    for path in samples.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


@pytest.fixture
def sync(cloud, platform, folder) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        action = ["knowledge", "sync", str(folder), "handbook", "--env", "local", *arguments]
        return subprocess.run(
            [sys.executable, "-m", "operate", *action],
            cwd=REPOSITORY,
            env=dict(cloud.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    return run


def outcome(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_what_changed_is_uploaded_and_what_is_gone_is_deleted_only_when_asked(
    cloud, bucket, folder, sync
):
    s3 = cloud.client("s3")
    outcome(sync("--json"))  # what `up` had uploaded has no hash yet
    again = outcome(sync("--json"))
    assert again["uploaded"] == [] and again["unchanged"] > 20

    (folder / JAPANESE).write_text("出張の日当は一日4321円です。", encoding="utf-8")
    table = folder.parent / "table.csv"
    table.write_text(f"document,groups\n{JAPANESE},staff;finance\n", encoding="utf-8")
    dry = outcome(sync("--json", "--dry-run", "--metadata", str(table)))
    assert dry["uploaded"] == [JAPANESE, f"{JAPANESE}.metadata.json"]
    assert outcome(sync("--json", "--metadata", str(table)))["uploaded"] == dry["uploaded"]
    about = s3.head_object(Bucket=bucket, Key=f"handbook/{JAPANESE}")
    body = (folder / JAPANESE).read_bytes()
    assert about["Metadata"]["sha256"] == hashlib.sha256(body).hexdigest()
    assert about["ContentType"] == "text/markdown; charset=utf-8"

    (folder / JAPANESE).unlink()
    assert outcome(sync("--json"))["kept"] == [JAPANESE, f"{JAPANESE}.metadata.json"]
    refused = sync("--delete")
    assert refused.returncode == 2
    assert "2 objects would be deleted: say so with --yes" in refused.stderr
    assert s3.head_object(Bucket=bucket, Key=f"handbook/{JAPANESE}")
    gone = outcome(sync("--json", "--delete", "--yes"))
    assert gone["deleted"] == [JAPANESE, f"{JAPANESE}.metadata.json"]
    left = s3.list_objects_v2(Bucket=bucket, Prefix="handbook/")["Contents"]
    assert JAPANESE not in " ".join(each["Key"] for each in left)


def test_one_problem_stops_everything_before_the_first_upload(folder, sync):
    (folder / "new.md").write_text("new")
    (folder / "movie.mp4").write_text("x")
    done = sync("--json")
    assert done.returncode == 2
    assert "movie.mp4: documents of type .mp4 are not read" in done.stderr
    (folder / "movie.mp4").unlink()
    assert outcome(sync("--json", "--dry-run"))["uploaded"] == ["new.md"]


def test_a_document_in_parts_is_whole_and_what_an_interruption_left_is_done_the_next_time(
    cloud, bucket, tmp_path
):
    root = tmp_path / "parts"
    root.mkdir()
    for number in range(3):
        (root / f"{number}.txt").write_bytes(bytes([65 + number]) * (9 << 20))
    place = Place(bucket, "parts/", LOCAL.account, ())
    items = read_folder(root, types_of(BASE)).items
    s3 = cloud.client("s3")

    class Interrupted(Exception):
        pass

    sent = 0

    def stop(count: int) -> None:
        nonlocal sent
        sent += count
        if sent > 12 << 20:
            raise Interrupted

    with pytest.raises(Interrupted):
        upload(s3, place, compare(s3, place, items).upload, stop)
    rest = compare(s3, place, items).upload
    assert rest
    upload(s3, place, rest, lambda count: None)
    assert compare(s3, place, items).upload == ()
    whole = s3.get_object(Bucket=bucket, Key="parts/1.txt")["Body"].read()
    assert hashlib.sha256(whole).hexdigest() == items["1.txt"].sha256
    for name in items:
        s3.delete_object(Bucket=bucket, Key=f"parts/{name}")


def test_a_prefix_inside_ours_that_another_knowledge_base_reads_is_left_alone(cloud, bucket):
    s3 = cloud.client("s3")
    s3.put_object(Bucket=bucket, Key="outer/theirs/a.md", Body=b"a")
    s3.put_object(Bucket=bucket, Key="outer/b.md", Body=b"b")
    place = Place(bucket, "outer/", LOCAL.account, ("outer/theirs/",))
    assert compare(s3, place, {}).gone == ("b.md",)


def test_waiting_ends_when_the_index_has_the_document_and_it_is_found(cloud, folder, sync):
    agent = cloud.client("bedrock-agent")
    (folder / "bells.md").write_text("The bell of the Wrenling costs 77 dollars.")
    (folder / "bells.md.metadata.json").write_text(
        '{"metadataAttributes": {"groups": ["everyone"]}}'
    )
    (source,) = _sources(agent, LOCAL)
    stop = threading.Event()
    jobs = threading.Thread(target=_jobs, args=(agent, source, stop))
    jobs.start()
    try:
        told = outcome(sync("--json", "--wait"))
        assert told["failed"] == {}
        found = cloud.client("bedrock-agent-runtime").retrieve(
            knowledgeBaseId=source["knowledgeBaseId"],
            retrievalQuery={"text": "What does the bell of the Wrenling cost?"},
        )["retrievalResults"]
        assert "77 dollars" in found[0]["content"]["text"]
        (folder / "bells.md").unlink()
        (folder / "bells.md.metadata.json").unlink()
        outcome(sync("--json", "--wait", "--delete", "--yes"))
    finally:
        stop.set()
        jobs.join()


def _jobs(agent, source, stop: threading.Event) -> None:
    """What the platform does by itself, without its pause: one job after another."""
    while not stop.wait(0.5):
        try:
            agent.start_ingestion_job(**source)
        except agent.exceptions.ConflictException:
            time.sleep(0.1)
