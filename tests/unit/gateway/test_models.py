"""The models route lists aliases: the caller's, and nobody else's."""

import json

import examples

from gateway import models


def list_models(monkeypatch, tenant: str) -> dict:
    monkeypatch.setattr(models, "settings", examples.settings)
    event = examples.event("models")
    event["requestContext"]["authorizer"]["tenant"] = tenant
    response = models.handler(event, examples.Context())
    return {"status": response["statusCode"], **json.loads(response["body"])}


def test_lists_the_callers_aliases_in_openais_shape(monkeypatch):
    listed = list_models(monkeypatch, "demo")
    assert listed["object"] == "list"
    ids = [model["id"] for model in listed["data"]]
    assert ids == ["chat-default", "docs-assistant", "embed-default", "plain"]
    assert listed["data"][0]["owned_by"] == "Amazon"
    assert listed["data"][0]["object"] == "model"


def test_lists_nothing_of_another_tenant(monkeypatch):
    assert [model["id"] for model in list_models(monkeypatch, "other")["data"]] == ["other-teams"]


def test_a_tenant_that_left_the_environment_is_a_403(monkeypatch):
    assert list_models(monkeypatch, "gone")["status"] == 403
