"""What the chat function's own role may invoke, decided by the embedded AWS's IAM."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from config.load import load_catalogue, load_environment
from config.models import find_target, invocable_ids
from tests.local.conftest import ACCOUNT

LAMBDA = Path(__file__).parents[2] / "lambda"
REGION = "us-east-1"
PROFILE = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:application-inference-profile/"
PROBE = """\
import time
from gateway.aws import AwsError, client

def handler(event, context):
    try:
        client().converse(event["model"], event["request"], time.monotonic() + 25)
    except AwsError as error:
        return {"code": error.code, "detail": error.detail}
    return {"code": "", "detail": ""}
"""


def chat_targets() -> dict[str, object]:
    aliases = load_environment("local").aliases.values()
    return {t.id: t for a in aliases if a.model.model.kind == "chat" for t in a.targets}


def others() -> list[str]:
    """Every id that the region offers and that is not an alias's own."""
    ids = {id for model in load_catalogue().values() for id in invocable_ids(model, REGION)}
    return sorted(ids - set(chat_targets()))


@pytest.fixture(scope="module")
def probe(platform, cloud):
    """Invoke a model from a function that has the chat function's role and no other rights."""
    functions = cloud.client("lambda")
    chat = next(
        each
        for each in functions.list_functions()["Functions"]
        if each["Handler"] == "gateway.chat.handler"
    )
    deployed = json.loads(chat["Environment"]["Variables"]["STRATA_DEPLOYED"])
    guardrails = guardrails_of(deployed)
    functions.create_function(
        FunctionName="probe",
        Runtime="python3.14",
        Role=chat["Role"],
        Handler="probe.handler",
        Code={"ZipFile": zipped()},
        Timeout=29,
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="probe")

    def invoke(model: str) -> dict[str, str]:
        request = {
            "messages": [{"role": "user", "content": [{"text": "Hi."}]}],
            "inferenceConfig": {"maxTokens": 1},
            "guardrailConfig": guardrails.get(model, guardrails[""]),
        }
        payload = json.dumps({"model": model, "request": request})
        answer = functions.invoke(FunctionName="probe", Payload=payload)
        with answer["Payload"] as payload:
            told: dict[str, str] = json.loads(payload.read())
        assert "FunctionError" not in answer, told
        return told

    yield invoke
    functions.delete_function(FunctionName="probe")


def guardrails_of(deployed: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Under what each profile is called: its alias's guardrail, and by "" for all others."""
    declared = load_environment("local")
    names = ("guardrailIdentifier", "guardrailVersion")
    given = {
        name: dict(zip(names, each, strict=True)) for name, each in deployed["guardrails"].items()
    }
    found = {"": given["standard"]}
    for key, ids in deployed["profiles"].items():
        alias = declared.aliases[key]
        found.update({f"{PROFILE}{id}": given[alias.guardrail] for id in ids})
        found.update({target.id: given[alias.guardrail] for target in alias.targets})
    return found


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("probe.py", PROBE)
        for path in sorted((LAMBDA / "gateway").glob("*.py")):
            archive.write(path, path.relative_to(LAMBDA))
    return buffer.getvalue()


def profile_arns(cloud) -> list[str]:
    listed = cloud.client("bedrock").list_inference_profiles(typeEquals="APPLICATION")
    return [
        profile["inferenceProfileArn"]
        for profile in listed["inferenceProfileSummaries"]
        if profile["inferenceProfileName"].startswith("strata_local_")
    ]


def test_may_invoke_every_alias_through_its_application_profiles(probe, cloud):
    arns = profile_arns(cloud)
    assert len(arns) == 5
    assert {arn: probe(arn)["code"] for arn in arns} == dict.fromkeys(arns, "")


def test_may_invoke_the_system_profiles_under_them(probe):
    ids = [id for id, target in chat_targets().items() if target.prefix]
    assert {id: probe(id)["code"] for id in ids} == dict.fromkeys(ids, "")


@pytest.mark.parametrize("model", others())
def test_may_not_invoke_any_other_model(probe, model):
    told = probe(model)
    assert told["code"] == "AccessDeniedException"
    assert "is not authorized to perform: bedrock:InvokeModel" in told["detail"]


def test_may_not_invoke_a_fallback_without_its_profile(probe):
    bare = "mistral.mistral-large-3-675b-instruct"
    assert find_target(bare, load_catalogue(), REGION).prefix is None
    assert probe(bare)["code"] == "AccessDeniedException"
