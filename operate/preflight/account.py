"""What an account says about models, through calls that change nothing; None where it is silent."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from operate.errors import OperateError
from operate.preflight.quotas import Quota

Clients = Callable[[str, str], Any]
Result = TypeVar("Result")
SUBSCRIBE = ["aws-marketplace:Subscribe", "aws-marketplace:ViewSubscriptions"]
# Managed policies allow subscribing through Bedrock only.
THROUGH_BEDROCK = {
    "ContextKeyName": "aws:CalledViaLast",
    "ContextKeyType": "string",
    "ContextKeyValues": ["bedrock.amazonaws.com"],
}


def boto3_client(service: str, region: str) -> Any:
    """A client of the caller's own credentials."""
    return boto3.client(service, region_name=region)  # type: ignore[call-overload]


class Account:
    """One account in one region; a call that is refused answers None, never a guess."""

    def __init__(self, region: str, clients: Clients = boto3_client) -> None:
        self.region = region
        self._clients = clients

    def check_identity(self, expected: str) -> None:
        """Raises OperateError unless the caller's credentials are of the expected account."""
        if (account := self._caller["Account"]) != expected:
            raise OperateError(
                f"these credentials are of account {account}; the environment is in {expected}"
            )

    def availability(self, model: str) -> Mapping[str, Any] | None:
        """GetFoundationModelAvailability of a foundation-model id."""
        return known(lambda: self._bedrock.get_foundation_model_availability(modelId=model))

    def has_form(self) -> bool | None:
        """Whether Anthropic's First-Time-Use form was filed."""
        not_filed = self._bedrock.exceptions.ResourceNotFoundException

        def ask() -> bool:
            try:
                return bool(self._bedrock.get_use_case_for_model_access())
            except not_filed:
                return False

        return known(ask)

    def has_offer(self, model: str) -> bool | None:
        """Whether there are terms to accept; without them a model needs no agreement."""
        ask = self._bedrock.list_foundation_model_agreement_offers
        return known(lambda: bool(ask(modelId=model, offerType="PUBLIC")["offers"]))

    def names(self, model: str) -> tuple[str, str] | None:
        """What Bedrock calls the model's provider, and the model."""
        details = known(lambda: self._bedrock.get_foundation_model(modelIdentifier=model))
        found = (details or {}).get("modelDetails", {})
        named = "providerName" in found and "modelName" in found
        return (found["providerName"], found["modelName"]) if named else None

    @cached_property
    def quotas(self) -> tuple[Quota, ...]:
        """Bedrock's quotas as they apply to the account; none if they may not be read."""
        return known(self._read_quotas) or ()

    @cached_property
    def may_subscribe(self) -> bool | None:
        """Whether IAM lets the caller subscribe to a product of the Marketplace."""
        if self._caller["Arn"].endswith(":root"):
            return None  # IAM simulates no root user
        simulate = self._clients("iam", self.region).simulate_principal_policy
        told = known(
            lambda: simulate(
                PolicySourceArn=principal(self._caller["Arn"]),
                ActionNames=SUBSCRIBE,
                ContextEntries=[THROUGH_BEDROCK],
            )["EvaluationResults"]
        )
        return all(one["EvalDecision"] == "allowed" for one in told) if told else None

    def _read_quotas(self) -> tuple[Quota, ...]:
        lister = self._clients("service-quotas", self.region).get_paginator("list_service_quotas")
        return tuple(
            Quota(quota["QuotaName"], quota["QuotaCode"], quota["Value"])
            for page in lister.paginate(ServiceCode="bedrock")
            for quota in page["Quotas"]
        )

    @cached_property
    def _bedrock(self) -> Any:
        return self._clients("bedrock", self.region)

    @cached_property
    def _caller(self) -> Mapping[str, str]:
        try:
            told: Mapping[str, str] = self._clients("sts", self.region).get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            raise OperateError(f"no usable AWS credentials: {error}") from None
        return told


def known(call: Callable[[], Result]) -> Result | None:
    """What AWS answers; None if it refuses, or cannot be reached."""
    try:
        return call()
    except (BotoCoreError, ClientError):
        return None


def principal(arn: str) -> str:
    """The role behind an assumed role: policies are simulated for that, by its ARN."""
    if ":assumed-role/" not in arn:
        return arn
    owner, _, session = arn.partition(":assumed-role/")
    return f"{owner.replace(':sts:', ':iam:')}:role/{session.partition('/')[0]}"
