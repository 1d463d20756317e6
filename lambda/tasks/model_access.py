"""Gives the account access to an environment's models, so that nobody has to use a console.

A CloudFormation custom resource: bedrock-2026 §2.3. What it files and accepts is the account's, not
the stack's: done once, left alone where it is done, never undone.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

import boto3
from botocore.config import Config

from tasks.agreements import Account
from tasks.custom_resource import Event, Failed, answer

# AWS says that it takes up to 15 minutes, which is a function's whole life.
PATIENCE_SECONDS = 14 * 60
# All attempts of one call must end before the function does.
QUICK = Config(
    connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3}
)


def handler(event: Event, context: object) -> None:
    """Called by CloudFormation, which reads the answer where it asked for it."""
    answer(event, lambda: _run(event["ResourceProperties"]))


def give_access(account: Account, models: Sequence[str], form: Mapping[str, str] | None) -> None:
    """File the form, accept the offers, and wait; raises Failed, which names model and step.

    `models` are foundation-model ids, without a profile's prefix.
    """
    deadline = account.clock.now() + PATIENCE_SECONDS
    _check_region(account, models)
    if form:
        account.file(form)
    _wait(account, list(_agreed(account, models)), deadline)


def _run(properties: Mapping[str, Any]) -> None:
    with closing(boto3.client("bedrock", config=QUICK)) as bedrock:
        give_access(Account(bedrock), properties["Models"], properties.get("AnthropicForm"))


def _check_region(account: Account, models: Sequence[str]) -> None:
    absent = [model for model in models if account.availability(model).region != "AVAILABLE"]
    if absent:
        raise Failed(f"this region does not offer {', '.join(absent)}; nothing was accepted")


def _agreed(account: Account, models: Sequence[str]) -> Iterator[str]:
    """The models whose access will come, or is there; the others have nothing to agree to."""
    for model in models:
        if account.availability(model).agreement in ("AVAILABLE", "PENDING"):
            yield model
        elif account.accept(model):
            print(f"{model}: agreement made")
            yield model


def _wait(account: Account, models: Sequence[str], deadline: float) -> None:
    pause = 1.0
    while waiting := _not_ready(account, models):
        if account.clock.now() + pause > deadline:
            raise Failed(
                f"not ready after 14 minutes: {'; '.join(waiting)}. Deploy again: it goes on from "
                "there. See docs/howto/model-access.md"
            )
        account.clock.sleep(pause)
        pause = min(2 * pause, 15)


def _not_ready(account: Account, models: Sequence[str]) -> list[str]:
    found = ((model, account.availability(model)) for model in models)
    return [f"{model}: {state}" for model, state in found if not state.is_ready]
