"""The environment of a function: keys and a region, and nothing of the developer's own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import examples
import pytest

from gateway import aws


@pytest.fixture(autouse=True)
def function_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    aws.client.cache_clear()
    yield
    aws.client.cache_clear()


@pytest.fixture
def tools_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guarded alias's models take tools."""
    able = {**examples.NOVA, "accepts": [*examples.NOVA["accepts"], "tools", "tool_choice"]}
    guarded = {**examples.DECLARED["aliases"]["chat-default"], "targets": [able, able]}
    aliases = {**examples.DECLARED["aliases"], "chat-default": guarded}
    monkeypatch.setattr(examples, "DECLARED", {**examples.DECLARED, "aliases": aliases})
