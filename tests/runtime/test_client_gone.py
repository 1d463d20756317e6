"""When nobody takes an answer any more, what makes it ends at once, and the next event is served.

Lambda itself says nothing of a caller who goes: see docs/decisions/0013-own-runtime-loop.md.
"""

import pytest

from tests.runtime.processes import wait_for

STREAMS = "functions.streams.handler"


@pytest.mark.parametrize("what", ["never_ends", "waits_for_the_model", "breaks_at_the_end"])
def test_a_hang_up_ends_the_stream(api, run, tmp_path, what):
    run(STREAMS)
    said = api.invoke({"do": what, "given": str(tmp_path)})
    said.wait_for_chunks(2)
    said.hang_up()
    wait_for(tmp_path / "ended")
    assert api.invoke({"do": "counts", "given": 1}).wait().streamed == b"0;"


@pytest.mark.parametrize("what", ["never_ends", "waits_for_the_model"])
def test_a_refusal_midway_ends_the_stream(api, run, tmp_path, what):
    run(STREAMS)
    said = api.invoke({"do": what, "given": str(tmp_path)})
    said.wait_for_chunks(2)
    said.refuse(413)
    wait_for(tmp_path / "ended")
    assert api.invoke({"do": "counts", "given": 1}).wait().streamed == b"0;"


def test_a_reader_that_stalls_is_cut_off_before_the_deadline(api, run, tmp_path):
    run(STREAMS)
    said = api.invoke({"do": "floods", "given": str(tmp_path)}, left_ms=2000)
    said.wait_for_chunks(2)
    said.stall()
    wait_for(tmp_path / "ended")
    assert api.invoke({"do": "counts", "given": 1}).wait().streamed == b"0;"


def test_a_failure_to_close_the_stream_is_logged_without_its_text(api, run, tmp_path):
    process = run(STREAMS)
    said = api.invoke({"do": "breaks_at_the_end", "given": str(tmp_path)})
    said.wait_for_chunks(2)
    said.hang_up()
    api.wait_for_nexts(2)
    assert '"error": "RuntimeError"' in process.log
    assert "the store is down" not in process.log


def test_before_the_answer_has_begun_there_is_nobody_who_could_be_gone(api, run, tmp_path):
    run(STREAMS)
    api.wait_for_nexts(1)
    said = api.invoke({"do": "checks_first"}).wait()
    assert said.streamed == b"still wanted"
