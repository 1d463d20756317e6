"""Closes gap 6 of local-cloud.md in part: guardrails are edited, versioned and read as on AWS.

MiniStack keeps a policy that an update leaves out, deletes the whole guardrail when one version
is deleted, answers in the shape of the request, and does not know a guardrail by its ARN.
Approximate: words, patterns and pattern PII are evaluated; content filters, denied topics,
grounding and the profanity list are stored and returned, and never evaluated.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from ministack.services import bedrock, bedrock_runtime

from local.gaps.calls import Reply

POLICIES = (
    "topicPolicyConfig",
    "contentPolicyConfig",
    "wordPolicyConfig",
    "sensitiveInformationPolicyConfig",
    "contextualGroundingPolicyConfig",
)
READ_AS = {"topicsTierConfig": "tier", "contentFiltersTierConfig": "tier"}


def close() -> None:
    """Replace the three operations and the two routes."""
    update, delete, read = (
        bedrock._update_guardrail,
        bedrock._delete_guardrail,
        bedrock._get_guardrail,
    )
    bedrock._GUARDRAIL_RE = re.compile(r"^/guardrails/(.+)$")
    bedrock_runtime._APPLY_GUARDRAIL_RE = re.compile(r"^/guardrail/(.+)/version/([^/]+)/apply$")
    bedrock._update_guardrail = lambda identifier, body: update(identifier, _whole(body))
    bedrock._get_guardrail = lambda identifier, query: _as_read(read(identifier, query))

    def delete_version_or_all(identifier: str, query: Mapping[str, list[str]]) -> Reply:
        versions = query.get("guardrailVersion")
        if versions:
            return _delete_version(identifier, versions[0])
        gone: Reply = delete(identifier, query)
        return gone

    bedrock._delete_guardrail = delete_version_or_all


def _whole(body: bytes) -> bytes:
    """An update replaces the guardrail: what it does not name is taken away."""
    return json.dumps({**dict.fromkeys(POLICIES), **json.loads(body or b"{}")}).encode()


def _delete_version(identifier: str, version: str) -> Reply:
    # The version's record holds both names of its guardrail.
    guardrail = identifier.rpartition("/")[2]
    if bedrock._guardrail_versions.pop(f"{guardrail}/{version}", None) is None:
        missing: Reply = bedrock._not_found(f"Guardrail {identifier} version {version} not found.")
        return missing
    return 202, {"Content-Type": "application/json"}, b"{}"


def _as_read(reply: Reply) -> Reply:
    status, headers, body = reply
    return status, headers, json.dumps(_renamed(json.loads(body))).encode()


def _renamed(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: inner for name, inner in value.items() if inner is not None}
        return {_read_name(name): _renamed(inner) for name, inner in kept.items()}
    return [_renamed(inner) for inner in value] if isinstance(value, list) else value


def _read_name(name: str) -> str:
    return READ_AS.get(name, name.removesuffix("Config"))
