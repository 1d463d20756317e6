"""What a service role may do, asked of its own policies: no work is done with rights it lacks."""

import json
from collections.abc import Mapping
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam

from local.gaps.permissions import Permission


def missing(role_arn: str, permission: Permission) -> str | None:
    """Why the role may not do it, worded as IAM does; None if it may."""
    name = role_arn.rpartition("/")[2]
    if iam._roles.get_scoped(get_account_id(), None, name) is None:
        return f"The role {role_arn} does not exist."
    context = _context(name, permission)
    decision = _decide(name, permission, context)
    if decision.decision == "Allow":
        return None
    return (
        f"User: {context.principal_arn} is not authorized to perform: {permission.action} on "
        f"resource: {permission.resource}"
    )


def may_be_assumed(role_arn: str, service: str, source_arn: str) -> bool:
    """Whether the role trusts the service when it acts for `source_arn`."""
    role = iam._roles.get_scoped(get_account_id(), None, role_arn.rpartition("/")[2])
    keys = {"aws:SourceArn": source_arn, "aws:SourceAccount": get_account_id()}
    context = _context("", Permission("sts:AssumeRole", role_arn, keys))
    document = iam_evaluator.parse_policy_document
    statements = _trusting(role["AssumeRolePolicyDocument"], service) if role else []
    parsed = document({"Statement": [{**one, "Resource": "*"} for one in statements]})
    allowed: bool = iam_evaluator.evaluate(context, [parsed]).decision == "Allow"
    return allowed


def _trusting(trust: Any, service: str) -> list[Mapping[str, Any]]:
    read = json.loads(trust) if isinstance(trust, str) else trust
    matches = iam_evaluator._service_principal_matches
    return [one for one in read["Statement"] if matches(one.get("Principal"), service)]


def _context(role: str, permission: Permission) -> Any:
    account = get_account_id()
    return iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{role}/bedrock",
        principal_type="AssumedRole",
        principal_account=account,
        action=permission.action,
        resource_arn=permission.resource,
        region=get_region(),
        source_ip="127.0.0.1",
        secure_transport=True,
        service_context={name.lower(): value for name, value in permission.context.items()},
    )


def _decide(role: str, permission: Permission, context: Any) -> Any:
    policies = iam_evaluator._gather_role_policies(role, get_account_id())
    limits = iam_evaluator._permissions_boundary(iam._roles, role, get_account_id())
    own = iam_evaluator.evaluate(context, policies, *limits)
    service = permission.action.partition(":")[0]
    found = iam_evaluator._resource_policy(service, permission.resource)
    if found is None:
        return own
    return iam_evaluator.combine_resource_policy(
        own, context, *found, required=service == "kms", limits=limits
    )
