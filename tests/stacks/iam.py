"""What IAM decides by the policies of a synthesized role: the rules of its documentation, in small.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.stacks.assembly import plain, resources, template

# AWS's own policy for API Gateway's access log: of Bedrock it says nothing.
LOGS_ALONE = ":policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
Statement = Mapping[str, Any]
POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
STACKS = ("Access", "Foundation", "Knowledge", "Gateway", "Operations")


def roles(outdir: Path, environment: str, owner: str) -> dict[str, list[Statement]]:
    """The statements of every role, by the role's logical id without its hash.

    `owner` is `region:account`: what a template leaves open is spelled with it.
    """
    found: dict[str, list[Statement]] = {}
    for stack in STACKS:
        try:
            made = template(outdir, environment, stack)
        except StopIteration:  # not every environment has every stack
            continue
        for id, role in resources(made, "AWS::IAM::Role").items():
            inline = role["Properties"].get("Policies", [])
            others = plain(role["Properties"].get("ManagedPolicyArns", []))
            assert all(each.endswith(LOGS_ALONE) for each in others), f"{id} has {others}"
            found[id[:-8]] = [s for one in inline for s in _statements(one, owner)]
        for type in POLICIES:
            for policy in resources(made, type).values():
                for role in policy["Properties"]["Roles"]:
                    found[_id(plain(role))] += _statements(policy["Properties"], owner)
    return found


def decide(
    statements: list[Statement], action: str, resource: str, context: Mapping[str, str]
) -> bool:
    """Whether it is allowed: by one statement at least, and denied by none."""
    effects = {
        statement["Effect"]
        for statement in statements
        if _any(statement["Action"], action, ignore_case=True)
        and _any(statement["Resource"], resource)
        and _met(statement.get("Condition", {}), context)
    }
    return effects == {"Allow"}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def arn_of(resource: str, owner: str) -> str:
    """What a resource of a template is called once it is deployed: its logical id is in it."""
    id, _, attribute = resource.partition(".")
    kinds = {
        "InferenceProfileArn": "application-inference-profile",
        "GuardrailArn": "guardrail",
        "KnowledgeBaseArn": "knowledge-base",
    }
    return f"arn:aws:bedrock:{owner}:{kinds.get(attribute, 'other')}/{id.lower()}"


VERSION = "4"  # of every guardrail, once it is deployed


def _id(role: str) -> str:
    """Of a role of this stack, or of one that another stack exports."""
    return role.partition("ExportsOutputRef")[2][:-16] if ":" in role else role[:-8]


def _statements(policy: Mapping[str, Any], owner: str) -> list[Statement]:
    return [_spelled(plain(each), owner) for each in policy["PolicyDocument"]["Statement"]]


def _spelled(value: Any, owner: str) -> Any:
    if isinstance(value, dict):
        return {key: _spelled(each, owner) for key, each in value.items()}
    if isinstance(value, list):
        return [_spelled(each, owner) for each in value]
    if not isinstance(value, str):
        return value
    versioned = re.sub(r":\w+\.Version$", f":{VERSION}", value)
    return re.sub(r"\w+\.\w*Arn\b", lambda found: arn_of(found[0], owner), versioned)


def _met(conditions: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    return all(
        _holds(operator, context.get(key), as_list(values))
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def _holds(operator: str, given: str | None, values: list[str]) -> bool:
    """A key that is absent meets no condition, and every negated one."""
    negated = "Not" in operator
    matches = _OPERATORS[operator.replace("Not", "")]
    return (given is not None and any(matches(given, value) for value in values)) != negated


def _any(patterns: Any, value: str, *, ignore_case: bool = False) -> bool:
    return any(_like(value, pattern, ignore_case) for pattern in as_list(patterns))


def _like(value: str, pattern: str, ignore_case: bool = False) -> bool:
    return _compiled(pattern, ignore_case).fullmatch(value) is not None


@cache
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    text = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(text, re.IGNORECASE if ignore_case else 0)


_OPERATORS = {
    "StringEquals": lambda given, value: given == value,
    "StringLike": _like,
    "ArnLike": _like,
    "ArnEquals": _like,
    "Bool": lambda given, value: given.lower() == str(value).lower(),
}
