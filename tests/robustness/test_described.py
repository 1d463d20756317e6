import json

from gateway import openapi
from tests.robustness.described import run
from tests.robustness.gateway import Gateway


def test_schemathesis_finds_nothing(tmp_path, capsys):
    status, report = run(tmp_path, examples=25, seed=1)
    assert status == 0, report


def test_the_gateway_serves_its_description():
    status, _, body = Gateway().send("GET", "/v1/openapi.json")
    assert (status, json.loads(body)) == (200, openapi.document())
