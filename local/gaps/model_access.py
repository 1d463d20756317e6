"""Closes a gap of Bedrock's control plane: the form and the agreements answer as on AWS.

MiniStack returns an empty form where none is filed, takes any text for one, sells every model that
is not Amazon's, and agrees at once and again. Approximate: which providers sell through the
Marketplace is the list of bedrock-2026 §2.1; a new agreement is PENDING when it is first looked
at and AVAILABLE afterwards, where AWS needs minutes; `aws-marketplace:Subscribe` is not asked
for; every model is in every region and authorised; and invoking a model asks for none of it.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from ministack.services import bedrock

from local.gaps.calls import Reply
from local.gaps.service_errors import ServiceError

WITHOUT_PRODUCT = frozenset({"Amazon", "DeepSeek", "Meta", "Mistral AI", "Qwen"})
# Each field of the form and its greatest length: bedrock-2026 §2.2.
FIELDS = {
    "companyName": 128,
    "companyWebsite": 128,
    "intendedUsers": 1,
    "industryOption": 128,
    "otherIndustryOption": 128,
    "useCases": 8_192,
}
PENDING, AVAILABLE, NOT_AVAILABLE = "PENDING", "AVAILABLE", "NOT_AVAILABLE"


def close() -> None:
    """Replace the five operations, keeping MiniStack's stores."""
    bedrock._get_foundation_model_availability = _availability
    bedrock._list_foundation_model_agreement_offers = _offers
    bedrock._create_foundation_model_agreement = _agree
    bedrock._get_use_case_for_model_access = _form
    bedrock._put_use_case_for_model_access = _file


def _availability(model_id: str) -> Reply:
    found = bedrock._find_model(model_id)
    if found is None:
        return _unknown(model_id)
    status = AVAILABLE if found[2] in WITHOUT_PRODUCT else _look(model_id)
    answer = {
        "modelId": model_id,
        "agreementAvailability": {"status": status},
        "authorizationStatus": "AUTHORIZED",
        "entitlementAvailability": AVAILABLE if status == AVAILABLE else NOT_AVAILABLE,
        "regionAvailability": AVAILABLE,
    }
    return _json(answer)


def _look(model_id: str) -> str:
    status: str = bedrock._model_agreements.get(model_id, NOT_AVAILABLE)
    if status == PENDING:
        bedrock._model_agreements[model_id] = AVAILABLE
    return status


def _offers(model_id: str) -> Reply:
    found = bedrock._find_model(model_id)
    if found is None:
        return _unknown(model_id)
    offers = [] if found[2] in WITHOUT_PRODUCT else [_offer(model_id)]
    return _json({"modelId": model_id, "offers": offers})


def _offer(model_id: str) -> dict[str, Any]:
    terms = {
        "usageBasedPricingTerm": {"rateCard": []},
        "legalTerm": {"url": "https://example.com/terms"},
        "supportTerm": {},
    }
    return {"offerToken": f"offer-of-{model_id}", "termDetails": terms}


def _agree(body: bytes) -> Reply:
    request = json.loads(body)
    model_id = request["modelId"]
    found = bedrock._find_model(model_id)
    if found is None:
        return _unknown(model_id)
    if request["offerToken"] != f"offer-of-{model_id}":
        return ServiceError("ValidationException", "The offer token is not valid.").reply
    if found[2] == "Anthropic" and "usecase" not in bedrock._USE_CASE:
        text = "Model use case details have not been submitted for this account."
        return ServiceError("ResourceNotFoundException", text).reply
    if model_id in bedrock._model_agreements:
        return ServiceError("ConflictException", "An agreement exists already.").reply
    bedrock._model_agreements[model_id] = PENDING
    return _json({"modelId": model_id}, status=202)


def _form() -> Reply:
    filed = bedrock._USE_CASE.get("usecase")
    if filed is None:
        return ServiceError("ResourceNotFoundException", "No use case was submitted.").reply
    return _json({"formData": filed["FormData"]})


def _file(body: bytes) -> Reply:
    data = json.loads(body)["formData"]
    if not _is_form(data):
        return ServiceError("ValidationException", "Invalid form data").reply
    bedrock._USE_CASE["usecase"] = {"FormData": data}
    return _json({}, status=201)


def _is_form(data: str) -> bool:
    try:
        form = json.loads(base64.b64decode(data))
    except ValueError:
        return False
    return isinstance(form, Mapping) and set(form) == set(FIELDS) and all(map(_fits, form.items()))


def _fits(field: tuple[str, Any]) -> bool:
    name, value = field
    if name == "intendedUsers" and value not in ("0", "1", "2"):
        return False
    return isinstance(value, str) and len(value) <= FIELDS[name]


def _unknown(model_id: str) -> Reply:
    return ServiceError("ResourceNotFoundException", f"No model {model_id}").reply


def _json(payload: Mapping[str, Any], status: int = 200) -> Reply:
    reply: Reply = bedrock._json(payload, status=status)
    return reply
