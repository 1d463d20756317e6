"""Which statements let a model be invoked, and what of it makes text."""

import re
from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.iam.types import IDENTITY
from audit.rules.statements import Statement, written_in
from audit.template import Json

# Converse and ConverseStream have no actions of their own: they are these.
ACTIONS = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")
PROFILE = "AWS::Bedrock::ApplicationInferenceProfile"
GUARDRAIL = "bedrock:guardrailidentifier"
SERVICE = re.compile(r"arn:[^:]*:(?P<name>[a-z0-9-]+):")
MODEL = re.compile(r"(?:foundation-model|inference-profile)/(?P<id>.+)$")
# What makes vectors or an order of passages writes nothing, and takes no guardrail.
WRITES_NOTHING = re.compile(r"embed|rerank", re.IGNORECASE)


def invoking(resource: Resource, around: Environment) -> Iterator[Statement]:
    """The statements of an identity policy that allow a model to be invoked."""
    for each in written_in(resource):
        if each.is_allow and any(map(each.may, ACTIONS)) and _reaches_a_model(each, around):
            yield each


def generating(resource: Resource, around: Environment) -> Iterator[Statement]:
    """Those of them that reach a model which writes."""
    for each in invoking(resource, around):
        if targets(each, around) or "NotResource" in each.raw:
            yield each


def targets(statement: Statement, around: Environment) -> list[str]:
    """The resources of a statement that may be models which write: all but those known not to."""
    near = statement.written_in
    return [each for each in statement.resources if writes(each, near, around)]


def writes(arn: str, near: Resource, around: Environment) -> bool:
    """May the model behind an ARN write? One that is not named may."""
    if not _may_be_model(arn, near, around):
        return False
    named = MODEL.search(arn)
    if named and "${" not in named["id"]:
        return not WRITES_NOTHING.search(named["id"])
    copied = [source_of(each) for each in around.referred(arn, near)]
    return not copied or any(not WRITES_NOTHING.search(str(each)) for each in copied)


def source_of(resource: Resource) -> Json:
    """The ARN of the model behind an application inference profile; None of anything else."""
    if resource.type != PROFILE:
        return None
    return resource.at("ModelSource", "CopyFrom")


def invokes_anything(around: Environment) -> bool:
    """Does anybody in these templates call a model?"""
    return any(any(invoking(each, around)) for each in around.of_type(*IDENTITY))


def _reaches_a_model(statement: Statement, around: Environment) -> bool:
    near = statement.written_in
    listed = any(_may_be_model(each, near, around) for each in statement.resources)
    return listed or "NotResource" in statement.raw


def _may_be_model(arn: str, near: Resource, around: Environment) -> bool:
    service = SERVICE.match(arn)
    if service:
        return service["name"] == "bedrock"
    found = around.referred(arn, near)
    return not found or any(each.type.startswith("AWS::Bedrock::") for each in found)
