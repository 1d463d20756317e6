"""What a SAM template leaves to its transform: settings that are said once for all functions, and
the type that each of its own types becomes."""

from collections.abc import Mapping

from audit.template import Json

FUNCTION = "AWS::Serverless::Function"
BECOMES = {
    FUNCTION: "AWS::Lambda::Function",
    "AWS::Serverless::Api": "AWS::ApiGateway::Stage",
    "AWS::Serverless::HttpApi": "AWS::ApiGatewayV2::Stage",
    "AWS::Serverless::SimpleTable": "AWS::DynamoDB::Table",
    "AWS::Serverless::StateMachine": "AWS::StepFunctions::StateMachine",
}


def becomes(type: str) -> str:
    return BECOMES.get(type, type)


def whole(type: str, properties: Json, template: Mapping[str, Json]) -> Json:
    """The properties of a resource with those that `Globals` says for all of its type."""
    if type not in BECOMES or not isinstance(properties, Mapping):
        return properties
    shared = (template.get("Globals") or {}).get(type.rpartition("::")[2]) or {}
    found = _merged(shared, properties)
    if type == FUNCTION and "Tracing" in found:
        found["TracingConfig"] = {"Mode": found.pop("Tracing")}
    return found


def _merged(shared: Mapping[str, Json], own: Mapping[str, Json]) -> dict[str, Json]:
    """Mappings are merged and lists are joined; of the rest the resource's own counts."""
    found = {**shared, **own}
    for name in {*shared} & {*own}:
        both = shared[name], own[name]
        if all(isinstance(each, Mapping) for each in both) and not _is_function(*both):
            found[name] = _merged(*both)
        elif all(isinstance(each, list) for each in both):
            found[name] = [*both[0], *both[1]]
    return found


def _is_function(*values: Mapping[str, Json]) -> bool:
    return any(len(each) == 1 and next(iter(each)).startswith(("Fn::", "Ref")) for each in values)
