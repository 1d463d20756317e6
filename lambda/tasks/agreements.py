"""What an account has agreed with the sellers of models, asked and changed through Bedrock.

Shapes and rules: bedrock-2026 §2.2. A refusal is told by its step and AWS's code alone: AWS's text
may hold the account's id, or what the form says.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from tasks.custom_resource import Failed

if TYPE_CHECKING:
    from types_boto3_bedrock import BedrockClient

Result = TypeVar("Result")
# A permission may need two minutes after it was granted: bedrock-2026 §2.1.
GRANTING_SECONDS = 120.0


class Refused(Failed):
    """A call was refused; `code` is AWS's."""

    def __init__(self, step: str, code: str) -> None:
        super().__init__(f"{step} was refused: {code}. See docs/howto/model-access.md")
        self.code = code


@dataclass(frozen=True)
class Clock:
    """Seconds since some moment, and a way to let them pass."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Availability:
    """How an account stands with a model, in the service's words."""

    agreement: str
    authorization: str
    entitlement: str
    region: str

    @property
    def is_ready(self) -> bool:
        """Whether the model can be invoked."""
        return self.agreement == "AVAILABLE" and self.authorization == "AUTHORIZED"

    def __str__(self) -> str:
        return f"agreement {self.agreement}, {self.authorization}, entitlement {self.entitlement}"


@dataclass
class Account:
    """An account in one region; every method raises Failed if AWS refuses."""

    bedrock: "BedrockClient"
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self._granted_by = self.clock.now() + GRANTING_SECONDS

    def availability(self, model: str) -> Availability:
        """How the account stands with a model now."""
        answer = self._ask(
            f"{model}: GetFoundationModelAvailability",
            lambda: self.bedrock.get_foundation_model_availability(modelId=model),
        )
        return Availability(
            agreement=answer["agreementAvailability"]["status"],
            authorization=answer["authorizationStatus"],
            entitlement=answer["entitlementAvailability"],
            region=answer["regionAvailability"],
        )

    def file(self, form: Mapping[str, str]) -> None:
        """File Anthropic's form, unless one is filed already."""
        if self._has_form():
            return
        # Bytes as they are: boto3 encodes them, and encoding twice is "Invalid form data".
        data = json.dumps(form, ensure_ascii=False).encode()
        put = self.bedrock.put_use_case_for_model_access
        self._ask("Anthropic's form: PutUseCaseForModelAccess", lambda: put(formData=data))

    def accept(self, model: str) -> bool:
        """Accept the model's public offer; False if there is none, so that nothing is needed."""
        ask = self.bedrock.list_foundation_model_agreement_offers
        offers = self._ask(
            f"{model}: ListFoundationModelAgreementOffers",
            lambda: ask(modelId=model, offerType="PUBLIC")["offers"],
        )
        if offers:
            self._agree(model, offers[0]["offerToken"])
        return bool(offers)

    def _has_form(self) -> bool:
        get = self.bedrock.get_use_case_for_model_access
        try:
            self._ask("Anthropic's form: GetUseCaseForModelAccess", get)
        except Refused as refused:
            if refused.code != "ResourceNotFoundException":
                raise
            return False
        return True

    def _agree(self, model: str, offer: str) -> None:
        create = self.bedrock.create_foundation_model_agreement
        step = f"{model}: CreateFoundationModelAgreement"
        try:
            self._ask(step, lambda: create(modelId=model, offerToken=offer))
        except Refused as refused:
            if refused.code != "ConflictException":  # there is an agreement already
                raise

    def _ask(self, step: str, call: Callable[[], Result]) -> Result:
        while True:
            try:
                return call()
            except ClientError as error:
                code = error.response["Error"]["Code"]
            except BotoCoreError as error:
                raise Failed(f"{step}: {type(error).__name__}") from None
            if code != "AccessDeniedException" or self.clock.now() >= self._granted_by:
                raise Refused(step, code)
            self.clock.sleep(10)
