"""The statements of IAM policies in a template, and who holds them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from audit.environment import Environment, Resource, as_list, at, mapping
from audit.iam.types import ATTACHED, IDENTITY, PRINCIPALS
from audit.intrinsics import HOLE, text_of
from audit.template import Json

HOLDERS = ("Roles", "Users", "Groups", "RoleName", "UserName", "GroupName")


@dataclass(frozen=True)
class Statement:
    """One statement, and the resource that it is written in."""

    written_in: Resource
    raw: Mapping[str, Json]

    @cached_property
    def is_allow(self) -> bool:
        return bool(self.raw.get("Effect") == "Allow")

    @cached_property
    def is_deny(self) -> bool:
        return bool(self.raw.get("Effect") == "Deny")

    @cached_property
    def actions(self) -> list[str]:
        return self._texts("Action")

    @cached_property
    def resources(self) -> list[str]:
        return self._texts("Resource")

    @cached_property
    def conditions(self) -> list[tuple[str, str, list[str]]]:
        """(operator, key, values); operators and keys in lower case, as IAM compares them."""
        return [
            (operator.lower(), key.lower(), [*map(text_of, as_list(values, key))])
            for operator, keys in mapping(self.raw.get("Condition"), "Condition").items()
            for key, values in mapping(keys, operator).items()
        ]

    def may(self, action: str) -> bool:
        """Is the action within the statement's? What a deployment decides may be any."""
        if "NotAction" in self.raw:
            return not any(matches(each, action) for each in self._texts("NotAction"))
        hole = "*" if self.is_allow else ""
        return any(matches(HOLE.sub(hole, each), action) for each in self.actions)

    def reaches(self, resource: str) -> bool:
        """Is the resource, as text, within the statement's?"""
        if "NotResource" in self.raw:
            return not any(matches(each, resource) for each in self._texts("NotResource"))
        return any(matches(each, resource) for each in self.resources)

    def services(self) -> list[str]:
        """The services that a trust or a resource policy speaks to."""
        principal = self.raw.get("Principal")
        found = principal.get("Service") if isinstance(principal, dict) else principal
        return [*map(text_of, as_list(found, "Principal"))]

    def _texts(self, key: str) -> list[str]:
        return [*map(text_of, as_list(self.raw.get(key), key))]


def matches(pattern: str, text: str) -> bool:
    """IAM's `*` and `?`, in any case of letters."""
    parts = (re.escape(each) for each in re.split(r"([*?])", pattern))
    glob = "".join({r"\*": ".*", r"\?": "."}.get(each, each) for each in parts)
    return re.fullmatch(glob, text, re.IGNORECASE | re.DOTALL) is not None


def in_document(document: Json, resource: Resource) -> list[Statement]:
    """The statements of a policy document."""
    listed = as_list(at(document, "Statement"), "Statement")
    return [Statement(resource, mapping(each, "Statement")) for each in listed]


def written_in(resource: Resource) -> list[Statement]:
    """The statements of an identity policy, or of all that are inline in an identity."""
    if resource.type in ATTACHED:
        return in_document(resource.at("PolicyDocument"), resource)
    inline = (at(each, "PolicyDocument") for each in resource.list_at("Policies"))
    return [each for document in inline for each in in_document(document, resource)]


def holders(policy: Resource, around: Environment) -> list[str]:
    """Who holds a policy's statements, by name; a policy that nobody holds yet, itself."""
    if policy.type in PRINCIPALS:
        return [policy.name]
    named = [text for key in HOLDERS for text in policy.list_at(key)]
    held = [_name(text, policy, around) for text in named]
    held += [each.name for each in _attaching(policy, around)]
    return list(dict.fromkeys(held)) or [policy.name]


def held_by(holder: str, around: Environment) -> list[Statement]:
    """Every statement of one holder, from whatever policy of these templates."""
    return [
        statement
        for policy in around.of_type(*IDENTITY)
        if holder in holders(policy, around)
        for statement in written_in(policy)
    ]


def _name(text: Json, near: Resource, around: Environment) -> str:
    found = around.referred(text, near)
    return found[0].name if found else text_of(text)


def _attaching(policy: Resource, around: Environment) -> Iterator[Resource]:
    if policy.type == "AWS::IAM::ManagedPolicy":
        for each in around.of_type(*PRINCIPALS):
            if any(policy in around.referred(arn, each) for arn in _managed(each)):
                yield each


def _managed(identity: Resource) -> Iterable[Json]:
    return [*identity.list_at("ManagedPolicyArns"), identity.at("PermissionsBoundary")]
