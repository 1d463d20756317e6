"""An answer that is made piece by piece goes out piece by piece."""

import base64
import json

import pytest

STREAMS = "functions.streams.handler"


def test_says_in_its_head_that_it_is_streamed(api, run):
    run(STREAMS)
    said = api.invoke({"do": "counts", "given": 1}).wait()
    assert said.path == f"invocation/{said.id}/response"
    assert said.headers["lambda-runtime-function-response-mode"] == "streaming"
    assert said.headers["content-type"] == "application/vnd.awslambda.http-integration-response"
    assert said.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in said.headers


def test_begins_with_status_and_headers_and_eight_nul_bytes(api, run):
    run(STREAMS)
    said = api.invoke({"do": "counts", "given": 2, "status": 429}).wait()
    assert said.chunks[0].data.endswith(b"}" + bytes(8))
    assert said.prelude == {"statusCode": 429, "headers": {"content-type": "text/event-stream"}}


def test_makes_each_piece_a_chunk_of_its_own(api, run):
    run(STREAMS)
    said = api.invoke({"do": "counts", "given": 4}).wait()
    assert [chunk.data for chunk in said.chunks[1:]] == [b"0;", b"1;", b"2;", b"3;"]


def test_sends_each_piece_before_the_next_is_made(api, run, tmp_path):
    run(STREAMS)
    said = api.invoke({"do": "gated", "given": str(tmp_path)})
    for number in range(1, 4):
        said.wait_for_chunks(1 + number)
        assert len(said.chunks) == 1 + number
        (tmp_path / f"go{number}").touch()
    said.wait()
    assert said.streamed == b"piece 0piece 1piece 2piece 3"


def test_takes_an_empty_piece_for_nothing_and_not_for_the_end(api, run):
    run(STREAMS)
    said = api.invoke({"do": "listed", "given": ["a", "", "b"]}).wait()
    assert [chunk.data for chunk in said.chunks[1:]] == [b"a", b"b"]


def test_keeps_the_bytes_of_every_alphabet(api, run):
    run(STREAMS)
    said = api.invoke({"do": "listed", "given": ["返金は", "34日 🙂"]}).wait()
    assert said.streamed.decode() == "返金は34日 🙂"


def test_sends_five_megabytes_whole(api, run):
    run(STREAMS)
    said = api.invoke({"do": "large", "given": 5_000_000}).wait()
    assert said.streamed == b"x" * 5_000_000


def test_has_no_trailers_when_all_went_well(api, run):
    run(STREAMS)
    assert api.invoke({"do": "counts", "given": 1}).wait().trailers == {}


def test_reports_an_error_before_the_first_piece_as_an_error(api, run):
    run(STREAMS)
    said = api.invoke({"do": "raises", "given": "how to rob a bank"}).wait()
    assert said.path == f"invocation/{said.id}/error"
    assert said.headers["lambda-runtime-function-error-type"] == "ValueError"
    assert said.json["errorType"] == "ValueError"


def test_reports_an_error_midway_in_trailers(api, run):
    run(STREAMS)
    said = api.invoke({"do": "breaks", "given": "how to rob a bank"}).wait()
    assert said.streamed == b"first"
    assert said.trailers["lambda-runtime-function-error-type"] == "RuntimeError"
    body = json.loads(base64.b64decode(said.trailers["lambda-runtime-function-error-body"]))
    assert body["errorType"] == "RuntimeError"


@pytest.mark.parametrize("what", ["raises", "breaks"])
def test_neither_tells_nor_logs_the_text_of_an_error(api, run, what):
    process = run(STREAMS)
    said = api.invoke({"do": what, "given": "how to rob a bank"}).wait()
    api.wait_for_nexts(2)
    told = base64.b64decode(said.trailers.get("lambda-runtime-function-error-body", ""))
    assert b"rob" not in said.body + told
    assert "rob" not in process.log


def test_logs_what_an_error_was_and_where(api, run):
    process = run(STREAMS)
    said = api.invoke({"do": "raises"}).wait()
    api.wait_for_nexts(2)
    line = json.loads(process.log)
    assert (line["request_id"], line["error"]) == (said.id, "ValueError")
    assert "functions/streams.py:" in line["frames"][-1]


@pytest.mark.parametrize("what", ["raises", "breaks"])
def test_goes_on_after_an_error(api, run, what):
    run(STREAMS)
    api.invoke({"do": what}).wait()
    assert api.invoke({"do": "counts", "given": 1}).wait().streamed == b"0;"
