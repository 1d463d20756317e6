"""Closes gap 6 of local-cloud.md in part: guardrails are edited, versioned and read as on AWS.

MiniStack keeps a policy that an update leaves out, deletes the whole guardrail when one version
is deleted, answers in the shape of the request, knows neither a guardrail by its ARN nor the
newest policies, forgets what a version is described as, and takes whatever it is given.
Approximate: words, patterns and pattern PII are evaluated; content filters, denied topics,
grounding, automated reasoning and the profanity list are stored and returned, and never evaluated.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import bedrock, bedrock_runtime

from local.gaps.calls import Reply
from local.gaps.guardrail_rules import MOST_VERSIONS, POLICIES, refusals
from local.gaps.service_errors import ServiceError


def close() -> None:
    """Replace the operations and the two routes."""
    delete, read, version = (
        bedrock._delete_guardrail,
        bedrock._get_guardrail,
        bedrock._create_guardrail_version,
    )
    bedrock._GUARDRAIL_RE = re.compile(r"^/guardrails/(.+)$")
    bedrock_runtime._APPLY_GUARDRAIL_RE = re.compile(r"^/guardrail/(.+)/version/([^/]+)/apply$")
    create, update = bedrock._create_guardrail, bedrock._update_guardrail
    bedrock._create_guardrail = lambda body: _written(body, create)
    bedrock._update_guardrail = lambda identifier, body: _written(
        _whole(body), lambda whole: update(identifier, whole)
    )
    bedrock._get_guardrail = lambda identifier, query: _as_read(read(identifier, query))

    def delete_version_or_all(identifier: str, query: Mapping[str, list[str]]) -> Reply:
        versions = query.get("guardrailVersion")
        if versions:
            return _delete_version(identifier, versions[0])
        gone: Reply = delete(identifier, query)
        return gone

    def publish(identifier: str, body: bytes) -> Reply:
        guardrail = identifier.rpartition("/")[2]
        held = [name for name in bedrock._guardrail_versions if name.startswith(f"{guardrail}/")]
        if len(held) >= MOST_VERSIONS:
            text = f"A guardrail has at most {MOST_VERSIONS} versions: delete one that nobody uses"
            return ServiceError("ServiceQuotaExceededException", text).reply
        return _described(version(identifier, body), body)

    bedrock._delete_guardrail = delete_version_or_all
    bedrock._create_guardrail_version = publish


def _written(body: bytes, write: Callable[[bytes], Reply]) -> Reply:
    """Refuse what AWS refuses, or write it with the policies that MiniStack leaves out."""
    given = json.loads(body or b"{}")
    if reasons := list(refusals(given, get_region(), get_account_id())):
        return ServiceError("ValidationException", "; ".join(reasons)).reply
    reply = write(body)
    if reply[0] < 400:
        record = bedrock._guardrails[json.loads(reply[2])["guardrailId"]]
        record["AutomatedReasoningPolicy"] = given.get("automatedReasoningPolicyConfig")
        record["CrossRegionDetails"] = _profile(given.get("crossRegionConfig"))
    return reply


def _profile(config: Mapping[str, str] | None) -> Mapping[str, str] | None:
    if not config:
        return None
    id = config["guardrailProfileIdentifier"].rpartition("/")[2]
    owner = f"{get_region()}:{get_account_id()}"
    arn = f"arn:aws:bedrock:{owner}:guardrail-profile/{id}"
    return {"guardrailProfileId": id, "guardrailProfileArn": arn}


def _whole(body: bytes) -> bytes:
    """An update replaces the guardrail: what it does not name is taken away."""
    return json.dumps({**dict.fromkeys(POLICIES), **json.loads(body or b"{}")}).encode()


def _described(published: Reply, body: bytes) -> Reply:
    """A version has a description of its own, or none; never its guardrail's."""
    version = json.loads(published[2])
    if published[0] < 300:
        key = f"{version['guardrailId']}/{version['version']}"
        said = json.loads(body or b"{}").get("description")
        bedrock._guardrail_versions[key]["Description"] = said
    return published


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
        return {name.removesuffix("Config"): _renamed(inner) for name, inner in kept.items()}
    return [_renamed(inner) for inner in value] if isinstance(value, list) else value
