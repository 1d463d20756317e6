"""From event to event: what the loop carries, survives and leaves behind."""

import signal

import pytest

from tests.runtime.processes import wait_for

STREAMS = "functions.streams.handler"
WHOLE = "functions.whole.handler"


def test_tells_how_much_time_is_left(api, run):
    run(WHOLE)
    left = api.invoke({"do": "left"}, left_ms=1_000_000).wait().json
    assert 900_000 < left <= 1_000_000


def test_has_no_time_left_after_the_deadline(api, run):
    run(WHOLE)
    assert api.invoke({"do": "left"}, left_ms=-5000).wait().json == 0


def test_tells_the_request_id(api, run):
    run(WHOLE)
    said = api.invoke({"do": "request_id"}).wait()
    assert said.json == said.id


def test_sets_the_trace_id_of_each_event_alone(api, run):
    run(WHOLE)
    traces = ["Root=1-a;Sampled=1", "Root=1-b;Sampled=0", ""]
    said = [api.invoke({"do": "trace_id"}, trace_id=trace).wait().json for trace in traces]
    assert said == ["Root=1-a;Sampled=1", "Root=1-b;Sampled=0", None]


@pytest.mark.parametrize("raw", [b"{", b"\xff\xfe", b"[" * 200_000])
def test_an_event_that_cannot_be_read_is_an_error_and_no_more(api, run, raw):
    run(WHOLE)
    said = api.invoke(raw=raw).wait()
    assert said.is_error
    assert said.json["errorType"] == "Runtime.UnmarshalError"
    assert api.invoke({"do": "echo", "given": 1}).wait().json == 1


def test_takes_an_event_larger_than_lambdas_limit(api, run):
    run(WHOLE)
    text = "é" * 4_000_000
    assert api.invoke({"do": "echo", "given": text}).wait().json == text


def test_asks_again_when_the_api_drops_the_connection(api, run):
    run(WHOLE)
    api.wait_for_nexts(1)
    api.drop_connections()
    api.wait_for_nexts(2)
    assert api.invoke({"do": "echo", "given": 1}).wait().json == 1


def test_answers_on_a_new_connection_when_the_api_drops_the_old_one_meanwhile(api, run, tmp_path):
    run(STREAMS)
    said = api.invoke({"do": "waits_first", "given": str(tmp_path)})
    wait_for(tmp_path / "running")
    api.drop_connections()
    (tmp_path / "go").touch()
    assert said.wait().streamed == b"0;"


def test_keeps_one_connection_for_everything(api, run):
    run(STREAMS)
    for _ in range(3):
        api.invoke({"do": "counts", "given": 2}).wait()
    assert api.connections == 1


def test_prints_before_the_environment_can_freeze(api, run):
    process = run(WHOLE)
    api.invoke({"do": "says", "given": "no end of line"}).wait()
    api.wait_for_nexts(2)
    assert process.log == "no end of line"


def test_two_hundred_events_leave_nothing_behind(api, run):
    process = run(STREAMS)
    events = [{"do": "counts", "given": 20}, {"do": "breaks"}, {"do": "listed", "given": ["a"]}]
    for number in range(200):
        api.invoke(events[number % 3]).wait()
        if number == 50:
            open_files, rss_mb = process.open_files, process.rss_mb
    assert process.open_files == open_files
    assert process.rss_mb < rss_mb + 1


def test_ends_at_sigterm_when_nothing_runs(api, run):
    process = run(WHOLE)
    api.wait_for_nexts(1)
    process.popen.send_signal(signal.SIGTERM)
    assert process.popen.wait(timeout=20) == 0


def test_finishes_the_stream_that_runs_at_sigterm_and_takes_no_other_event(api, run, tmp_path):
    process = run(STREAMS)
    said = api.invoke({"do": "gated", "given": str(tmp_path)})
    said.wait_for_chunks(2)
    process.popen.send_signal(signal.SIGTERM)
    for number in range(1, 4):
        (tmp_path / f"go{number}").touch()
    assert process.popen.wait(timeout=20) == 0
    assert said.wait().streamed == b"piece 0piece 1piece 2piece 3"
    assert len(api.nexts) == 1


def test_ends_when_the_api_gives_no_event(api, run):
    process = run(WHOLE)
    api.wait_for_nexts(1)
    api.refuse_next("500 Internal Server Error")
    assert process.popen.wait(timeout=20) == 1
    assert "500" in process.log


def test_logs_that_an_answer_was_refused(api, run):
    process = run(WHOLE)
    api.answer_status = "413 Request Entity Too Large"
    api.invoke({"do": "echo"}).wait()
    api.wait_for_nexts(2)
    assert '"event": "refused", "status": 413' in process.log
