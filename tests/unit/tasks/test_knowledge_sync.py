"""Every change of a document ends in the index: batched, one job at a time, whatever fails."""

import json
import random

import pytest

from tasks.first_sync import Clock, drain, fill
from tasks.knowledge_sync import MOST_ATTEMPTS, Sync, _read_all
from tasks.sources import Job, Source
from tasks.sync_queue import Again, Changed, Everything, Watch, read, written

HANDBOOK = Source("handbook", "KB1", "DS1", "docs", "handbook/")
LEGAL = Source("legal", "KB2", "DS2", "docs", "legal/")
SOURCES = {"handbook/handbook/": HANDBOOK, "legal/legal/": LEGAL}


class World:
    """A bucket, an index, Bedrock's jobs and a queue with a clock: no time passes by itself."""

    def __init__(self, seed=1, fail_once=0.0):
        self.random = random.Random(seed)
        self.now = 0.0
        self.documents, self.index, self.failed_once = {}, {}, set()
        self.fail_once = fail_once
        self.running, self.ended, self.started = {}, {}, 0
        self.queue = []

    # Bedrock
    def start(self, source):
        if source.name in self.running:
            return None
        self.started += 1
        listing = {k: v for k, v in self.documents.items() if k.startswith(source.prefix)}
        job = f"J{self.started}"
        self.running[source.name] = (job, self.now + self.random.uniform(5, 90), listing)
        return Job(job, "STARTING", {}, ())

    def look(self, source, job):
        running = self.running.get(source.name)
        if running and running[0] == job:
            if running[1] > self.now:
                return Job(job, "IN_PROGRESS", {}, ())
            self._finish(source)
        return self.ended[job]

    def _finish(self, source):
        job, _, listing = self.running.pop(source.name)
        gone = [k for k in self.index if k.startswith(source.prefix) and k not in listing]
        for key in gone:
            del self.index[key]
        failed = [k for k, v in listing.items() if self.index.get(k) != v and self._fails(k, v)]
        self.index.update({k: v for k, v in listing.items() if k not in failed})
        counts = {"numberOfDocumentsFailed": len(failed), "numberOfDocumentsDeleted": len(gone)}
        self.ended[job] = Job(job, "COMPLETE", counts, ())

    def _fails(self, key, version):
        if (key, version) in self.failed_once or self.random.random() >= self.fail_once:
            return False
        self.failed_once.add((key, version))
        return True

    def failed(self, source):
        listing = {k: v for k, v in self.documents.items() if k.startswith(source.prefix)}
        return sorted(k for k, v in listing.items() if self.index.get(k) != v)

    # The queue
    def leave(self, note, delay):
        self.queue.append((self.now + delay, note))

    def put(self, key, version):
        self.documents[key] = version
        self.queue.append((self.now, Changed("docs", key)))

    def remove(self, key):
        self.documents.pop(key, None)
        self.queue.append((self.now, Changed("docs", key)))

    def settle(self, sync, crash=0.0):
        """Deliver until nothing is left: some batches twice, for whoever had them died."""
        for _ in range(5_000):
            if not self.queue:
                return
            self.now = max(self.now, min(due for due, _ in self.queue)) + 30
            batch = [note for due, note in self.queue if due <= self.now][:1_000]
            if self.random.random() < crash:
                sync.handle(batch[: len(batch) // 2])
                continue  # died before it was done: every message comes again
            for note in batch:
                self.queue.remove(next(each for each in self.queue if each[1] is note))
            sync.handle(batch)
        raise AssertionError("the queue never empties")


def synced(world):
    return Sync("dev", SOURCES, world, world)


def test_a_burst_with_failures_and_crashes_ends_in_sync_and_no_job_overlaps():
    world = World(fail_once=0.05)
    for number in range(1_000):
        world.put(f"handbook/{number}.md", 1)
        if number % 10 == 0:
            world.put(f"legal/{number}.md", 1)
    for number in range(0, 1_000, 7):
        world.put(f"handbook/{number}.md", 2)
    for number in range(0, 1_000, 11):
        world.remove(f"handbook/{number}.md")
    world.settle(synced(world), crash=0.2)
    assert len(world.failed_once) > 20
    assert world.index == world.documents
    assert world.started < 60


def test_changes_while_a_job_runs_are_not_lost():
    world, version = World(seed=2), 0
    sync = synced(world)
    for _ in range(50):
        version += 1
        world.put("handbook/one.md", version)
        world.now += 3
        sync.handle([world.queue.pop()[1]])
    world.settle(sync)
    assert world.index == {"handbook/one.md": version}


def test_one_batch_starts_one_job_for_each_source_that_it_touches():
    world = World()
    synced(world).handle([Changed("docs", f"handbook/{i}") for i in range(100)])
    assert world.started == 1
    synced(world).handle([Changed("docs", "legal/1"), Changed("docs", "legal/2")])
    assert world.started == 2


@pytest.mark.parametrize("change", [Changed("docs", "other/1"), Changed("theirs", "handbook/1")])
def test_what_is_no_document_of_ours_starts_nothing(change):
    world = World()
    synced(world).handle([change])
    assert (world.started, world.queue) == (0, [])


def test_the_nightly_net_syncs_every_source():
    world = World()
    world.documents["handbook/unheard.md"] = 1
    synced(world).handle([Everything()])
    assert world.started == 2
    world.settle(synced(world))
    assert world.index == world.documents


def test_a_busy_source_is_asked_again_once_however_many_changes_wait():
    world = World()
    sync = synced(world)
    sync.handle([Changed("docs", "handbook/1")])
    sync.handle([Changed("docs", f"handbook/{i}") for i in range(500)])
    assert [note for _, note in world.queue if isinstance(note, Again)] == [
        Again("handbook/handbook/", 0)
    ]


def test_what_fails_for_good_is_tried_so_often_and_then_told_by_name(capsys):
    world = World(fail_once=1.0)
    world.failed_once = type("Never", (set,), {"__contains__": lambda self, _: False})()
    world.put("handbook/broken.pdf", 1)
    world.settle(synced(world))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["DocumentsFailed"] for line in lines] == [0] * MOST_ATTEMPTS + [1]
    assert lines[-1]["failed"] == ["handbook/broken.pdf"]
    (directive,) = lines[-1]["_aws"]["CloudWatchMetrics"]
    assert {"Name": "DocumentsFailed", "Unit": "Count"} in directive["Metrics"]
    assert directive["Dimensions"] == [["environment", "knowledge_base"]]


def test_each_attempt_waits_longer():
    world, waited = World(fail_once=1.0), []
    world.documents["handbook/x"] = 1
    for attempt in range(MOST_ATTEMPTS):
        job = world.start(HANDBOOK)
        world.now += 100
        world.failed_once.clear()
        synced(world).handle([Watch("handbook/handbook/", job.id, attempt)])
        due, note = world.queue.pop()
        assert note == Again("handbook/handbook/", attempt + 1)
        waited.append(due - world.now)
    assert waited == [15, 60, 240, 960]


def test_a_knowledge_base_that_has_gone_is_not_looked_at():
    world = World()
    synced(world).handle([Watch("old/old/", "J1", 0), Again("old/old/", 1)])
    assert (world.started, world.queue) == (0, [])


@pytest.mark.parametrize("note", [Again("handbook/x/", 3), Watch("handbook/x/", "J1", 2)])
def test_a_note_is_read_as_it_was_written(note):
    assert read(written(note)) == note


def test_an_event_of_s3_and_the_schedules_are_read():
    detail = {"bucket": {"name": "docs"}, "object": {"key": "handbook/休暇.md", "size": 3}}
    event = {"detail-type": "Object Created", "source": "aws.s3", "detail": detail}
    assert read(json.dumps(event)) == Changed("docs", "handbook/休暇.md")
    assert read('{"sync": "all"}') == Everything()


@pytest.mark.parametrize(
    "body", ["", "[]", "3", "{}", '{"again": 1}', '{"watch": {"job": 1}}', '{"detail": {}}', "{"]
)
def test_what_nobody_understands_goes_to_the_dead_letters_and_the_rest_is_done(body, capsys):
    records = [{"messageId": "bad", "body": body}, {"messageId": "good", "body": '{"sync": "all"}'}]
    assert _read_all(records) == ([Everything()], ["bad"])
    assert json.loads(capsys.readouterr().out)["message"] == "bad"


class Agent:
    """Jobs that take some looks, for the first sync."""

    def __init__(self, status="COMPLETE", looks=2, busy=0):
        self.status, self.looks, self.busy = status, looks, busy
        self.stopped = []

    def start(self, source):
        self.busy -= 1
        return None if self.busy >= 0 else Job("J", "STARTING", {}, ())

    def look(self, source, job):
        self.looks -= 1
        return Job(job, self.status if self.looks < 0 else "IN_PROGRESS", {}, ())

    def running(self, source):
        self.looks -= 1
        return iter([Job("J", "IN_PROGRESS", {}, ())] if self.looks >= 0 else [])

    def stop(self, source, job):
        self.stopped.append(job)


def clock():
    now = [0.0]
    return Clock(lambda: now[0], lambda seconds: now.__setitem__(0, now[0] + seconds))


def test_the_first_sync_waits_for_others_jobs_and_for_its_own():
    agent = Agent(busy=3)
    fill(agent, [HANDBOOK], clock())
    assert agent.looks < 0


def test_a_first_sync_that_fails_as_a_whole_fails_the_deployment():
    with pytest.raises(Exception, match="handbook: the first sync ended as FAILED"):
        fill(Agent(status="FAILED"), [HANDBOOK], clock())


def test_a_first_sync_of_hours_does_not_hold_the_deployment(capsys):
    fill(Agent(looks=10_000), [HANDBOOK], clock())
    assert "goes on by itself" in capsys.readouterr().out


def test_jobs_are_stopped_and_waited_for_before_a_source_goes():
    agent = Agent(looks=3)
    drain(agent, [HANDBOOK], clock())
    assert agent.stopped == ["J"]
    with pytest.raises(Exception, match="does not stop"):
        drain(Agent(looks=10_000), [HANDBOOK], clock())
