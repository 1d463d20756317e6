"""The API's description: made of the code, valid, and committed as it is."""

import json
from pathlib import Path

import pytest
from jsonschema_rs import meta

from gateway import openapi
from tests.load.routes import ROUTES

COPY = Path(__file__).parents[3] / "docs" / "openapi.json"
DOCUMENT = openapi.document()


def schemas():
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            if "requestBody" in operation:
                yield f"{method} {path}", operation["requestBody"]["content"]
            for status, response in operation["responses"].items():
                yield f"{method} {path} {status}", response["content"]


def test_the_committed_copy_is_this_one():
    assert json.loads(COPY.read_text()) == DOCUMENT, "run make openapi"


def test_describes_every_route_and_no_other():
    described = {
        (method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item
    }
    assert described == {(route.method, route.resource) for route in ROUTES}


@pytest.mark.parametrize(("where", "content"), list(schemas()), ids=lambda each: str(each)[:60])
def test_every_schema_is_valid(where, content):
    for media in content.values():
        meta.validate(media["schema"])


def test_every_operation_needs_a_key():
    operations = [each for item in DOCUMENT["paths"].values() for each in item.values()]
    assert all(operation["security"] for operation in operations)
