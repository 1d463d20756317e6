"""Policy documents, wherever a resource keeps them: in a property, or as JSON inside a text, as
custom resources have them. Their grammar tells them, not the property's name."""

import json
from collections.abc import Iterator, Mapping

from audit.iam.types import IDENTITY
from audit.iam.written import Unclear
from audit.template import Json
from audit.view import Resource

# Policies of an identity that have properties of their own, or whose grammar is another one.
ELSEWHERE = (*IDENTITY, "AWS::SSO::PermissionSet", "AWS::Organizations::Policy")
SERVERLESS = "AWS::Serverless::"


def documents(resource: Resource) -> Iterator[Json]:
    """Every policy document of a resource that is not an identity's."""
    if resource.type not in ELSEWHERE and not resource.type.startswith(SERVERLESS):
        yield from _documents(resource.properties)


def names_principals(document: Json) -> bool:
    """Does it say who, as a resource's policy does and an identity's does not?"""
    return any(
        isinstance(each, Mapping) and not {"Principal", "NotPrincipal"}.isdisjoint(each)
        for each in _statements(document)
    )


def parsed(document: Json) -> Json:
    """A policy document that is written as text inside the template."""
    if not isinstance(document, str):
        return document
    try:
        return json.loads(document)
    except ValueError as error:
        raise Unclear("the policy is text that is not JSON") from error


def _documents(value: Json) -> Iterator[Json]:
    if isinstance(value, Mapping):
        if any(isinstance(each, Mapping) and "Effect" in each for each in _statements(value)):
            yield value
        else:
            for each in value.values():
                yield from _documents(each)
    elif isinstance(value, list):
        for each in value:
            yield from _documents(each)
    elif isinstance(value, str) and "Statement" in value and "Effect" in value:
        yield from _in_text(value)


def _in_text(text: str) -> Iterator[Json]:
    try:
        yield from _documents(json.loads(text))
    except ValueError:
        return  # prose, or code


def _statements(document: Json) -> list[Json]:
    found = document.get("Statement") if isinstance(document, Mapping) else None
    return found if isinstance(found, list) else [found]
