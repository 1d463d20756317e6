"""What an application is told by name: in the files of its code, in variables and in parameters."""

from collections.abc import Iterator, Mapping

from audit.leaves import labelled
from audit.shown import written_out
from audit.template import Json
from audit.view import Resource

TOLD = (
    "AWS::Lambda::Function",
    "AWS::Serverless::Function",
    "AWS::SSM::Parameter",
    "AWS::SecretsManager::Secret",
    "AWS::ECS::TaskDefinition",
    "AWS::Batch::JobDefinition",
    "AWS::AppRunner::Service",
    "AWS::AppConfig::HostedConfigurationVersion",
    "AWS::BedrockAgentCore::Runtime",
)
# The names of everything around it, its own last.
Place = tuple[str, ...]


def told(resource: Resource) -> dict[Place, Json]:
    """Every value and every mapping, by where it is; of any resource that tells an application."""
    if resource.type not in TOLD and not resource.type.startswith("Custom::"):
        return {}
    return dict(_within(resource.properties, ()))


def _within(value: Json, place: Place) -> Iterator[tuple[Place, Json]]:
    if isinstance(value, str) and (inner := written_out(value)) is not None:
        value = inner
    if isinstance(value, Mapping):
        if "Value" in value and isinstance(name := value.get("Name", value.get("Key")), str):
            yield from _within(value["Value"], (*place, name))
            if _is_pair(value):
                return
        yield place, value
        for name, each in value.items():
            yield from _within(each, (*place, str(name)))
    elif isinstance(value, list):
        yield place, value
        for label, each in labelled(value):
            yield from _within(each, place if _is_pair(each) else (*place, f"[{label}]"))
    else:
        yield place, value


def _is_pair(value: Json) -> bool:
    """A name and a value, as lists of variables have them: its place in the list says nothing."""
    return isinstance(value, Mapping) and "Value" in value and len(value) == 2
