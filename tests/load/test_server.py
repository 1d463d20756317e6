"""The load server answers as API Gateway would where no function is asked."""

from __future__ import annotations

import json

from tests.load import asset
from tests.load.callers import at_once, chat
from tests.load.generator import Load
from tests.load.results import Result
from tests.load.site import Site


def test_a_request_without_a_key_is_refused_before_its_body_is_read(site: Site) -> None:
    answer = _ask(site, b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 1\r\n\r\n{")
    assert (answer.status, _error(answer)["code"]) == (401, "invalid_api_key")


def test_a_key_that_nobody_has_is_refused(site: Site) -> None:
    assert _ask(site, chat(asset.PLAIN, key=asset.key("nobody"))).status == 401


def test_messages_take_the_key_in_anthropics_header_too(site: Site) -> None:
    for header in ("authorization: Bearer ", "x-api-key: "):
        head = f"POST /v1/messages HTTP/1.1\r\n{header}{asset.key('demo')}\r\n"
        assert _ask(site, head.encode() + b"content-length: 2\r\n\r\n{}").status == 400


def test_other_routes_want_the_key_where_openai_has_it(site: Site) -> None:
    head = f"GET /v1/models HTTP/1.1\r\nx-api-key: {asset.key('demo')}\r\n\r\n"
    assert _ask(site, head.encode()).status == 401


def test_usage_and_the_description_are_served(site: Site) -> None:
    for path in ("/v1/usage", "/v1/openapi.json"):
        head = f"GET {path} HTTP/1.1\r\nauthorization: Bearer {asset.key('demo')}\r\n\r\n"
        assert _ask(site, head.encode()).status == 200, path


def test_a_path_that_is_not_there_is_a_404(site: Site) -> None:
    assert _error(_ask(site, b"GET /v2/chat HTTP/1.1\r\n\r\n"))["code"] == "no_such_route"


def test_a_wrong_method_is_told_the_right_one(site: Site) -> None:
    answer = _ask(site, b"GET /v1/chat/completions HTTP/1.1\r\n\r\n")
    assert answer.status == 405
    assert b"\r\nallow: POST\r\n" in answer.data


def test_the_models_are_listed(site: Site) -> None:
    head = f"GET /v1/models HTTP/1.1\r\nauthorization: Bearer {asset.key('demo')}\r\n\r\n"
    listed = json.loads(_ask(site, head.encode()).body)["data"]
    assert {model["id"] for model in listed} == set(asset.PROFILES)


def test_a_body_that_is_no_text_reaches_the_function(site: Site) -> None:
    key = asset.key("demo")
    head = f"POST /v1/chat/completions HTTP/1.1\r\nauthorization: Bearer {key}\r\n"
    answer = _ask(site, head.encode() + b"content-length: 2\r\n\r\n\xff\xfe")
    assert (answer.status, _error(answer)["type"]) == (400, "invalid_request_error")


def test_what_is_not_http_ends_the_connection(site: Site) -> None:
    answer = _ask(site, b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")
    assert (answer.status, b"connection: close" in answer.data) == (400, True)


def _ask(site: Site, request: bytes) -> Result:
    load = Load(site.server.address, timeout_s=10)
    (result,) = at_once(load, [request], 1)
    load.close()
    return result


def _error(answer: Result) -> dict[str, str]:
    error: dict[str, str] = json.loads(answer.body)["error"]
    return error
