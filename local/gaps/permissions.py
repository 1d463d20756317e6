"""Which permissions one Bedrock or S3 Vectors request needs on AWS: action, resource, context.

The rules are those of bedrock-2026 §3.2; an operation without a rule needs the action of its own
name on the resource that its path or body names.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import bedrock

from config.load import load_guardrail_profiles
from local.gaps.invocables import NotInvocable, model_arn, resolve
from local.gaps.operations import Operation

# There is no bedrock:Converse; streaming has one action for both of its operations.
INVOCATIONS = {
    "Converse": "bedrock:InvokeModel",
    "InvokeModel": "bedrock:InvokeModel",
    "CountTokens": "bedrock:CountTokens",
    "ConverseStream": "bedrock:InvokeModelWithResponseStream",
    "InvokeModelWithResponseStream": "bedrock:InvokeModelWithResponseStream",
    "InvokeModelWithBidirectionalStream": "bedrock:InvokeModelWithResponseStream",
}
# The first of these that a path names is what the request is about.
LABELS = {
    "knowledgeBaseId": "knowledge-base/{}",
    "guardrailIdentifier": "guardrail/{}",
    "agentId": "agent/{}",
    "flowIdentifier": "flow/{}",
    "promptIdentifier": "prompt/{}",
}
ARNS = ("resourceArn", "resourceARN", "indexArn", "vectorBucketArn")


@dataclass(frozen=True)
class Permission:
    """One question to IAM; `context` holds condition keys with their values."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """What is known of a request before anything answers it."""

    service: str
    operation: Operation
    headers: Mapping[str, str]
    body: bytes

    @property
    def members(self) -> Mapping[str, Any]:
        """The JSON body's members; none if it is not an object."""
        try:
            parsed = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}


def needed(request: Request) -> Iterator[Permission]:
    """Every permission that the caller must have, in the order in which AWS names a missing one."""
    name = request.operation.name
    if name in INVOCATIONS:
        yield from _invocation(INVOCATIONS[name], request)
    elif name == "ApplyGuardrail":
        yield from _application(_resource(request))
    else:
        namespace = "s3vectors" if request.service == "s3vectors" else "bedrock"
        action = f"{namespace}:{name.removesuffix('Stream')}"
        yield Permission(action, _resource(request))
        yield from _passed_role(request)


def _passed_role(request: Request) -> Iterator[Permission]:
    """Whoever makes Bedrock write logs through a role must be allowed to pass it."""
    config = request.members.get("loggingConfig", {}).get("cloudWatchConfig", {})
    if role := config.get("roleArn"):
        to_bedrock = {"iam:PassedToService": "bedrock.amazonaws.com"}
        yield Permission("iam:PassRole", role, to_bedrock)


def guardrail_arn(identifier: str) -> str:
    """The guardrail's ARN, given that or its id."""
    return _given_or(identifier, _own(f"guardrail/{identifier}"))


def _invocation(action: str, request: Request) -> Iterator[Permission]:
    guardrail, version = _guardrail(request)
    context = {}
    if guardrail:
        # A working draft has no version in its identifier.
        suffix = "" if version == "DRAFT" else f":{version}"
        context = {"bedrock:GuardrailIdentifier": f"{guardrail}{suffix}"}
    yield from _model(action, request.operation.labels["modelId"], context)
    if guardrail:
        yield from _application(guardrail)


def _application(arn: str) -> Iterator[Permission]:
    """The guardrail, and its profile in every region that may judge for it."""
    yield Permission("bedrock:ApplyGuardrail", arn)
    known = bedrock._guardrails.get(arn.rpartition("/")[2]) or {}
    if details := known.get("CrossRegionDetails"):
        id, here = details["guardrailProfileId"], get_region()
        sources = load_guardrail_profiles()[id.partition(".")[0]].sources
        for region in sorted({here, *sources[here]}):
            profile = f"arn:aws:bedrock:{region}:{get_account_id()}:guardrail-profile/{id}"
            yield Permission("bedrock:ApplyGuardrail", profile)


def _guardrail(request: Request) -> tuple[str | None, str]:
    config = request.members.get("guardrailConfig") or {}
    headers = request.headers
    identifier = config.get("guardrailIdentifier") or headers.get(
        "x-amzn-bedrock-guardrailidentifier"
    )
    version = config.get("guardrailVersion") or headers.get("x-amzn-bedrock-guardrailversion")
    return (guardrail_arn(identifier) if identifier else None), str(version or "DRAFT")


def _model(action: str, identifier: str, context: Mapping[str, str]) -> Iterator[Permission]:
    try:
        found = resolve(identifier)
    except NotInvocable:
        # Bedrock says what is wrong with it only to a caller who may ask for it.
        unknown = identifier if ":" in identifier[:4] else model_arn(identifier, get_region())
        yield Permission(action, unknown, context)
        return
    through = {"bedrock:InferenceProfileArn": found.profile_arn} if found.profile_arn else {}
    if found.profile_arn:
        yield Permission(action, found.profile_arn, context)
    for arn in found.model_arns:
        yield Permission(action, arn, {**context, **through})


def _resource(request: Request) -> str:
    finders: tuple[Callable[[Request], str | None], ...] = (_named, _labelled, _vectors)
    return next((arn for find in finders if (arn := find(request))), "*")


def _named(request: Request) -> str | None:
    given = {**request.members, **request.operation.labels}
    return next((str(given[name]) for name in ARNS if given.get(name)), None)


def _labelled(request: Request) -> str | None:
    labels = request.operation.labels
    if "modelIdentifier" in labels:
        name = labels["modelIdentifier"]
        return _given_or(name, model_arn(name, get_region()))
    if "inferenceProfileIdentifier" in labels:
        name = labels["inferenceProfileIdentifier"]
        return _given_or(name, _profile(name))
    for label, template in LABELS.items():
        if label in labels:
            return _given_or(labels[label], _own(template.format(labels[label])))
    return None


def _vectors(request: Request) -> str | None:
    bucket, index = request.members.get("vectorBucketName"), request.members.get("indexName")
    if request.service != "s3vectors" or not bucket:
        return None
    arn = f"arn:aws:s3vectors:{get_region()}:{get_account_id()}:bucket/{bucket}"
    return f"{arn}/index/{index}" if index else arn


def _given_or(identifier: str, made: str) -> str:
    return identifier if identifier.startswith("arn:") else made


def _profile(identifier: str) -> str:
    kind = "inference-profile" if "." in identifier else "application-inference-profile"
    return _own(f"{kind}/{identifier}")


def _own(resource: str) -> str:
    return f"arn:aws:bedrock:{get_region()}:{get_account_id()}:{resource}"
