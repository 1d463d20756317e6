"""An account for tests: real requests and replies, checked by botocore, and a clock that jumps."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from botocore.stub import Stubber

from tasks.agreements import Account, Clock

CLAUDE, NOVA = "anthropic.claude-sonnet-5-5", "amazon.nova-lite-v1:0"
FORM = {
    "companyName": "Example AG",
    "companyWebsite": "https://example.com",
    "intendedUsers": "0",
    "industryOption": "Retail",
    "otherIndustryOption": "",
    "useCases": "Antworten für unsere Leute.",
}


class Script:
    """What Bedrock will be asked, in this order, and what it will answer."""

    def __init__(self, stubber: Stubber) -> None:
        self._stubber = stubber

    def availability(self, model: str, agreement: str = "AVAILABLE", **other: str) -> None:
        answer = {
            "modelId": model,
            "agreementAvailability": {"status": agreement},
            "authorizationStatus": other.get("authorization", "AUTHORIZED"),
            "entitlementAvailability": "AVAILABLE",
            "regionAvailability": other.get("region", "AVAILABLE"),
        }
        self._answer("get_foundation_model_availability", answer, modelId=model)

    def form(self, data: bytes) -> None:
        self._answer("get_use_case_for_model_access", {"formData": data})

    def filing(self, data: bytes) -> None:
        self._answer("put_use_case_for_model_access", {}, formData=data)

    def offers(self, model: str, *tokens: str) -> None:
        terms = {"usageBasedPricingTerm": {"rateCard": []}, "legalTerm": {}, "supportTerm": {}}
        offers = [{"offerToken": token, "termDetails": terms} for token in tokens]
        self._answer(
            "list_foundation_model_agreement_offers",
            {"modelId": model, "offers": offers},
            modelId=model,
            offerType="PUBLIC",
        )

    def agreement(self, model: str, token: str) -> None:
        self._answer(
            "create_foundation_model_agreement",
            {"modelId": model},
            modelId=model,
            offerToken=token,
        )

    def refusal(self, operation: str, code: str, text: str = "") -> None:
        self._stubber.add_client_error(operation, service_error_code=code, service_message=text)

    def _answer(self, operation: str, answer: dict[str, object], **request: object) -> None:
        self._stubber.add_response(operation, answer, request)


class JumpingClock:
    """Sleeping costs no time."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.clock = Clock(now=lambda: self.seconds, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@contextmanager
def scripted() -> Iterator[tuple[Account, Script, JumpingClock]]:
    """An account that fails a test unless it is asked exactly what the script says."""
    bedrock = boto3.client(
        "bedrock", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    jumping = JumpingClock()
    try:
        with Stubber(bedrock) as stubber:
            yield Account(bedrock, jumping.clock), Script(stubber), jumping
            stubber.assert_no_pending_responses()
    finally:
        bedrock.close()
