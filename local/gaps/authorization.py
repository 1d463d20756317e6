"""Closes gap 2 of local-cloud.md: IAM asks AWS's questions, and what it cannot map it refuses.

Bedrock and S3 Vectors requests are checked here, before MiniStack's dispatcher, with AWS's action
names, resources and condition keys. For the other services that the platform uses MiniStack
checks, and an unmapped request needs an action that no policy names short of `*`. Approximate:
service control policies do not exist, and a vector bucket's policy is not evaluated.
"""

from collections.abc import Mapping
from typing import Any

from ministack import app
from ministack.core import iam_actions

from local.gaps.calls import Reply
from local.gaps.operations import find_operation
from local.gaps.permissions import Request, needed
from local.gaps.service_errors import ServiceError

CHECKED_HERE = frozenset(
    {"bedrock", "bedrock-runtime", "bedrock-agent", "bedrock-agent-runtime", "s3vectors"}
)
CHECKED_THERE = frozenset({"s3", "dynamodb", "kms", "lambda", "logs", "apigateway"})


def close() -> None:
    """Stand before the dispatcher, name unmapped requests, and word denials as AWS does."""
    dispatch, extract = app._dispatch_service_request, iam_actions.extract_iam_action
    deny = iam_actions.access_denied_response

    async def checked_dispatch(*request: Any) -> Reply:
        return _refusal(*request) or await dispatch(*request)

    def extract_iam_action(service: str, *request: Any) -> str | None:
        if service in CHECKED_HERE:
            return None  # MiniStack still checks the signature
        action: str | None = extract(service, *request)
        return action or (f"unmapped:{service}" if service in CHECKED_THERE else None)

    def access_denied_response(
        service: str, action: str, who: str, request_id: str, **more: Any
    ) -> Reply:
        if service in CHECKED_THERE and not more.get("message") and not more.get("error_code"):
            more["message"] = _worded(action, who, more)
        reply: Reply = deny(service, action, who, request_id, **more)
        return reply

    app._dispatch_service_request = checked_dispatch
    iam_actions.extract_iam_action = extract_iam_action
    iam_actions.access_denied_response = access_denied_response


def _refusal(
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    query: Mapping[str, list[str]],
    request_id: str,
) -> Reply | None:
    service = app.detect_service(method, path, headers, query)
    if service not in CHECKED_HERE:
        return None
    operation = find_operation(service, method, path)
    if operation is None:
        text = f"{method} {path} is no operation of {service}"
        return ServiceError("UnknownOperationException", text).reply
    for permission in needed(Request(service, operation, headers, body)):
        denial: Reply | None = app._enforce_data_plane(
            service,
            permission.action,
            headers,
            query,
            request_id,
            resource_arn=permission.resource,
            service_context=permission.context,
            named_resource=permission.resource,
        )
        if denial is not None:
            return denial
    return None


def _worded(action: str, who: str, more: Mapping[str, Any]) -> str | None:
    if more.get("resource_policy_arn"):
        return None  # MiniStack words a denial by a resource's own policy itself
    resource, explicit = more.get("resource_arn", "*"), more.get("explicit_deny", False)
    text: str = iam_actions.identity_denial_message(action, who, resource, explicit)
    return text
