"""The guardrails' command on the deployed platform, as an operator and as CI run it."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from config.content import content_of
from config.load import load_environment
from local.processes import REPOSITORY

DETERMINISTIC = {"words", "employee-number", "personal-data"}


@pytest.fixture(scope="module")
def operate(cloud, platform) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `python -m operate guardrails` as an operator does."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "operate", "guardrails", *arguments, "--env", "local"]
        return subprocess.run(
            command, cwd=REPOSITORY, env=dict(cloud.environment), capture_output=True, text=True
        )

    return run


@pytest.fixture(scope="module")
def tested(operate, tmp_path_factory) -> tuple[dict[str, Any], str]:
    """One whole run of `standard`: what it printed for machines, and for a pull request."""
    page = tmp_path_factory.mktemp("suite") / "result.md"
    done = operate("test", "standard", "--json", "--markdown", str(page))
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout), page.read_text(encoding="utf-8")


def test_what_has_a_pattern_is_judged_and_without_fault(tested):
    report, _ = tested
    judged = [row for row in report["rows"] if row["detection"] is not None]
    assert {row["prompts"] for row in judged} == DETERMINISTIC
    assert {row["detection"] for row in judged} == {1.0}
    assert {row["false_positive_rate"] for row in judged} == {0.0}
    assert report["wrong"] == []


def test_what_has_none_is_neither_passed_nor_failed(tested):
    report, page = tested
    unjudged = [row for row in report["rows"] if row["prompts"] not in DETERMINISTIC]
    assert unjudged
    for row in unjudged:
        counts = {row[name] for name in row if name.endswith(("positives", "negatives"))}
        assert counts == {0}
        assert row["not_evaluated"] > 0
        assert any("the embedded AWS" in why for why in row["why_not"])
    assert report["place"] == "embedded"
    assert "the embedded AWS has no content filters" in page
    assert "000000000000" not in page


def test_a_file_that_is_not_evaluated_here_at_all_is_an_error_and_no_success(operate):
    done = operate("test", "standard", "--policy", "hate")
    assert done.returncode == 2
    assert "the embedded AWS evaluates none of these" in done.stderr


def test_the_handlers_guardrail_is_listed_as_what_the_files_say(operate):
    done = operate("list", "--json")
    assert done.returncode == 0, done.stderr
    assert {each["in_sync"] for each in json.loads(done.stdout)} == {True}


@pytest.fixture
def point_handlers_at(cloud, platform) -> Iterator[Callable[[str, str], None]]:
    """Tell the chat function of another version of `standard`; what it knew comes back."""
    functions = cloud.client("lambda")
    name = chat_function(cloud)
    before = functions.get_function_configuration(FunctionName=name)["Environment"]

    def point(id: str, version: str) -> None:
        told = json.loads(before["Variables"]["STRATA_DEPLOYED"])
        told["guardrails"]["standard"] = [id, version]
        variables = {**before["Variables"], "STRATA_DEPLOYED": json.dumps(told)}
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": variables}
        )

    yield point
    functions.update_function_configuration(FunctionName=name, Environment=before)


def chat_function(cloud) -> str:
    pages = cloud.client("cloudformation").get_paginator("list_stack_resources")
    found = pages.paginate(StackName="local-Gateway").search("StackResourceSummaries[]")
    (name,) = (
        each["PhysicalResourceId"]
        for each in found
        if each["ResourceType"] == "AWS::Lambda::Function"
        and each["LogicalResourceId"].startswith("ChatFunction")
    )
    return str(name)


def without_words(cloud, name: str, content: str) -> str:
    """A guardrail that only masks addresses, published as if it had this content; its id."""
    bedrock = cloud.client("bedrock")
    made = bedrock.create_guardrail(
        name=name,
        blockedInputMessaging="not in",
        blockedOutputsMessaging="not out",
        sensitiveInformationPolicyConfig={
            "piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE"}]
        },
    )
    id = str(made["guardrailId"])
    bedrock.create_guardrail_version(guardrailIdentifier=id, description=f"content {content}")
    return id


def test_a_guardrail_that_lost_its_words_fails_with_1(cloud, operate, point_handlers_at):
    declared = content_of(load_environment("local").guardrails["standard"])
    point_handlers_at(without_words(cloud, "weakened", declared), "1")
    done = operate("test", "standard", "--policy", "words", "--verbose")
    assert done.returncode == 1, done.stderr
    assert "not kept: words (en): 0.0% of the attacks were stopped, not 100%" in done.stdout
    assert "missed: words/status  'What is the current status of Project Nightjar?'" in done.stdout


def test_what_is_deployed_but_not_in_the_file_is_not_measured(cloud, operate, point_handlers_at):
    point_handlers_at(without_words(cloud, "older", "0123456789ab"), "1")
    done = operate("test", "standard", "--policy", "words")
    assert done.returncode == 2
    assert "the handlers use content 0123456789ab (version 1) of standard" in done.stderr
    assert "deploy it first" in done.stderr


@pytest.mark.parametrize("name", ["strict", "grounded"])
def test_the_other_guardrails_keep_what_can_be_judged_here_too(operate, name):
    done = operate("test", name, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["wrong"] == []
