"""Closes gap 3 of local-cloud.md for inference profiles: AWS's own, and the account's.

AWS's come from `config/models.toml`, with the destinations of the called region; the account's
resolve to what they were copied from. Approximate: a profile is ACTIVE as soon as it exists.
"""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from ministack.services import bedrock

from config.load import load_catalogue
from local.gaps.calls import Reply
from local.gaps.invocables import NotInvocable, destination_arns, profile_arn, resolve
from local.gaps.service_errors import ServiceError

Record = dict[str, Any]


def close() -> None:
    """Replace the four operations."""
    bedrock._list_inference_profiles = _or_error(_list)
    bedrock._get_inference_profile = _or_error(_get)
    bedrock._create_inference_profile = _or_error(_create)
    bedrock._delete_inference_profile = _or_error(_delete)


def _or_error(operation: Callable[[Any], Reply]) -> Callable[[Any], Reply]:
    def answered(request: Any) -> Reply:
        try:
            return operation(request)
        except ServiceError as error:
            return error.reply

    return answered


def _system_profiles() -> Iterator[Record]:
    for model in load_catalogue().values():
        for prefix in model.profiles:
            arns = destination_arns(model, prefix)
            if arns:
                yield _system_profile(f"{prefix}.{model.id}", prefix, arns)


def _system_profile(profile_id: str, prefix: str, arns: tuple[str, ...]) -> Record:
    return {
        "InferenceProfileName": f"{prefix.upper()} {profile_id.partition('.')[2]}",
        "InferenceProfileId": profile_id,
        "InferenceProfileArn": profile_arn(profile_id),
        "Models": [{"ModelArn": arn} for arn in arns],
        "Status": "ACTIVE",
        "Type": "SYSTEM_DEFINED",
    }


def _profiles() -> Iterator[Record]:
    yield from _system_profiles()
    yield from bedrock._inference_profiles_apps.values()


def _list(query: dict[str, list[str]]) -> Reply:
    # Without a filter AWS lists only its own.
    wanted = query.get("typeEquals", query.get("type", ["SYSTEM_DEFINED"]))[0]
    found = [_shown(profile) for profile in _profiles() if profile["Type"] == wanted]
    return _answer({"InferenceProfileSummaries": found})


def _get(identifier: str) -> Reply:
    for profile in _profiles():
        if identifier in (profile["InferenceProfileId"], profile["InferenceProfileArn"]):
            return _answer(_shown(profile))
    raise ServiceError("ResourceNotFoundException", f"No inference profile {identifier}")


def _create(body: bytes) -> Reply:
    request = json.loads(body)
    source = request.get("modelSource", {}).get("copyFrom", "")
    try:
        served_by = resolve(source).model_arns
    except NotInvocable as refused:
        raise ServiceError("ValidationException", str(refused)) from None
    own = bedrock._inference_profiles_apps
    if any(one["InferenceProfileName"] == request["inferenceProfileName"] for one in own.values()):
        raise ServiceError("ConflictException", "An inference profile of this name exists.")
    profile = _application_profile(request, source, served_by)
    own[profile["InferenceProfileId"]] = profile
    tags = {tag["key"]: tag["value"] for tag in request.get("tags", [])}
    bedrock._tags[profile["InferenceProfileArn"]] = tags
    answer = {name: profile[name] for name in ("InferenceProfileArn", "Status")}
    return _answer(answer, status=201)


def _application_profile(request: Record, source: str, served_by: tuple[str, ...]) -> Record:
    profile_id, now = uuid.uuid4().hex[:12], bedrock._now_iso()
    return {
        "InferenceProfileName": request["inferenceProfileName"],
        "InferenceProfileId": profile_id,
        "InferenceProfileArn": bedrock._inference_profile_arn(profile_id, application=True),
        "Models": [{"ModelArn": arn} for arn in served_by],
        "Description": request.get("description", ""),
        "Status": "ACTIVE",
        "Type": "APPLICATION",
        "CreatedAt": now,
        "UpdatedAt": now,
        "CopiedFrom": source,
    }


def _shown(profile: Record) -> Record:
    return {name: value for name, value in profile.items() if name != "CopiedFrom"}


def _delete(identifier: str) -> Reply:
    if bedrock._inference_profiles_apps.pop(identifier.rpartition("/")[2], None) is None:
        raise ServiceError("ResourceNotFoundException", f"No inference profile {identifier}")
    return _answer({})


def _answer(payload: Record, status: int = 200) -> Reply:
    reply: Reply = bedrock._json(payload, status=status)
    return reply
