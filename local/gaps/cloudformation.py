"""Closes gap 1 of local-cloud.md: the Bedrock and S3 Vectors types that CloudFormation lacks.

The table is `resource_types.py`. Approximate: the tags of a resource that exists are not changed
by an update, and a change within a data source's vector ingestion always replaces it.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services.cloudformation import provisioners

from local.gaps.calls import Refused, call
from local.gaps.resource_types import TYPES, ResourceType

Properties = Mapping[str, Any]
Provisioned = tuple[str, dict[str, Any]]


def close() -> None:
    """Register every type of the table."""
    for name, kind in TYPES.items():
        provisioners._RESOURCE_HANDLERS[name] = {
            "create": _creator(kind),
            "update": _updater(kind),
            "delete": _deleter(kind),
        }
        provisioners._REPLACING_PROPERTIES[name] = kind.create_only
        if "VectorBucketPolicy" not in name and name != "AWS::Bedrock::GuardrailVersion":
            shape = "map" if kind.tags_as_map else "list"
            provisioners._STACK_TAG_PROPERTY[name] = ("Tags", shape)


def _creator(kind: ResourceType) -> Callable[[str, Properties, str], Provisioned]:
    def create(logical_id: str, properties: Properties, stack: str) -> Provisioned:
        members = _members(kind, {**_generated(kind, logical_id, stack), **properties})
        made = call(kind.service, kind.create, members)
        return _provisioned(kind, {**members, **_unwrapped(kind, made)})

    return create


def _updater(kind: ResourceType) -> Callable[[str, Properties, Properties, str], Provisioned]:
    def update(reference: str, _: Properties, properties: Properties, __: str) -> Provisioned:
        identity = _identity(kind, reference)
        if kind.update is not None:
            call(kind.service, kind.update, {**_members(kind, properties), **identity})
        return _provisioned(kind, identity)

    return update


def _deleter(kind: ResourceType) -> Callable[[str, Properties], None]:
    def delete(reference: str, _: Properties) -> None:
        try:
            call(kind.service, kind.delete, _identity(kind, reference))
        except Refused as refused:
            # Gone already, as CloudFormation sees it; anything else fails the stack.
            if "NotFound" not in str(refused):
                raise

    return delete


def _generated(kind: ResourceType, logical_id: str, stack: str) -> dict[str, str]:
    if kind.generated_name is None:
        return {}
    # Another stack instance draws another name: a retained bucket keeps the first one.
    if not provisioners._NAME_SEED.get():
        provisioners._NAME_SEED.set(uuid.uuid4().hex[:8])
    name = provisioners._physical_name(stack, logical_id, lowercase=True, max_len=63)
    return {kind.generated_name: name}


def _provisioned(kind: ResourceType, known: Mapping[str, Any]) -> Provisioned:
    """Ref and the attributes, read back from the service as CloudFormation does."""
    asked = {member: _attribute(known, name) for member, name in kind.identifiers.items()}
    found = {**known, **_unwrapped(kind, call(kind.service, kind.read, asked))}
    attributes = {name: _attribute(found, name) for name in kind.attributes}
    reference = "|".join(str(_attribute(found, name)) for name in kind.reference)
    return reference, {name: value for name, value in attributes.items() if value is not None}


def _attribute(reply: Mapping[str, Any], name: str) -> Any:
    # Two attributes have a name of their own in CloudFormation, and replies call a version's
    # guardrail by whatever identified it.
    aliases = {
        "InferenceProfileIdentifier": "inferenceProfileArn",
        "DataSourceStatus": "status",
        "GuardrailId": "guardrailId",
    }
    return reply.get(aliases.get(name, _camel(name)))


def _identity(kind: ResourceType, reference: str) -> dict[str, str]:
    parts = dict(zip(kind.reference, reference.split("|"), strict=True))
    identity = {member: parts[name] for member, name in kind.identifiers.items()}
    return {**{_camel(name): value for name, value in parts.items()}, **identity}


def _unwrapped(kind: ResourceType, reply: dict[str, Any]) -> dict[str, Any]:
    inner = reply.get(kind.result, reply) if kind.result else reply
    return dict(inner)


def _members(kind: ResourceType, properties: Properties) -> dict[str, Any]:
    return {
        kind.renamed.get(name, _camel(name)): _value(kind, name, value)
        for name, value in properties.items()
    }


def _value(kind: ResourceType, name: str, value: Any) -> Any:
    if name == "Tags" and kind.tags_as_map:
        return value if isinstance(value, dict) else {tag["Key"]: tag["Value"] for tag in value}
    if name == "Policy":
        return value if isinstance(value, str) else json.dumps(value)
    return _camelized(kind, value)


def _camelized(kind: ResourceType, value: Any) -> Any:
    if isinstance(value, dict):
        return {
            kind.renamed.get(name, _camel(name)): _camelized(kind, inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_camelized(kind, inner) for inner in value]
    return value


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]
