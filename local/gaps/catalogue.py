"""Closes gap 3 of local-cloud.md: the models are those of `config/models.toml`.

An id that the catalogue does not hold, or that does not answer in the called region, is refused
in Bedrock's words. Approximate: what the catalogue does not know (custom models, lifecycle,
quotas) does not exist here; access to every model is granted.
"""

from typing import Any

from ministack.core.responses import get_region
from ministack.services import bedrock, bedrock_runtime

from config.load import load_catalogue
from config.models import Model, invocable_ids
from local.gaps.calls import Reply
from local.gaps.invocables import NotInvocable, model_arn, resolve
from local.gaps.service_errors import ServiceError

Record = dict[str, Any]
# query of ListFoundationModels -> what it is compared with
FILTERS = {
    "byProvider": "ProviderName",
    "byOutputModality": "OutputModalities",
    "byInferenceType": "InferenceTypesSupported",
}


def close() -> None:
    """Feed our catalogue to the control plane and to the runtime."""
    bedrock._list_foundation_models = _list_models
    bedrock._get_foundation_model = _get_model
    bedrock._find_model = _legacy_entry
    bedrock_runtime._normalize_model_id = _normalize


def _normalize(identifier: str) -> tuple[str, str, Reply | None]:
    try:
        found = resolve(identifier)
    except NotInvocable as refused:
        return "", "", ServiceError("ValidationException", str(refused)).reply
    return found.model.id, found.profile_arn or found.model_arns[0], None


def _list_models(query: dict[str, list[str]]) -> Reply:
    summaries = [_summary(model) for model in load_catalogue().values() if _is_here(model)]
    for name, member in FILTERS.items():
        if name in query:
            summaries = [one for one in summaries if _has(one[member], query[name][0])]
    return _answer({"ModelSummaries": summaries})


def _has(given: str | list[str], wanted: str) -> bool:
    return wanted in given if isinstance(given, list) else wanted.lower() == given.lower()


def _get_model(identifier: str) -> Reply:
    model = load_catalogue().get(identifier.rpartition("/")[2])
    if model is None or not _is_here(model):
        return ServiceError("ResourceNotFoundException", f"No model {identifier}").reply
    return _answer({"ModelDetails": _summary(model)})


def _is_here(model: Model) -> bool:
    return bool(invocable_ids(model, get_region()))


def _legacy_entry(identifier: str) -> tuple[str, str, str] | None:
    """What the model-access operations of MiniStack ask: id, name and provider."""
    model = load_catalogue().get(identifier.rpartition("/")[2])
    return (model.id, model.id, model.provider) if model else None


def _summary(model: Model) -> Record:
    usable = invocable_ids(model, get_region())
    on_demand = ["ON_DEMAND"] if model.id in usable else []
    profiles = ["INFERENCE_PROFILE"] if set(usable) - {model.id} else []
    return {
        "ModelArn": model_arn(model.id, get_region()),
        "ModelId": model.id,
        "ModelName": model.id,
        "ProviderName": model.provider,
        "InputModalities": ["TEXT", *(["IMAGE"] if "images" in model.capabilities.accepts else [])],
        "OutputModalities": ["EMBEDDING" if model.kind == "embedding" else "TEXT"],
        "ResponseStreamingSupported": "streaming" in model.capabilities.accepts,
        "CustomizationsSupported": [],
        "InferenceTypesSupported": on_demand + profiles,
        "ModelLifecycle": {"Status": "ACTIVE"},
    }


def _answer(payload: Record) -> Reply:
    reply: Reply = bedrock._json(payload)
    return reply
