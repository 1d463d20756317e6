"""A guardrail as a file declares it, within the service's limits."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool

from config.frozen import Frozen

# AWS::Bedrock::Guardrail's own list (bedrock-2026 §4.1).
PiiEntity = Literal[
    "ADDRESS",
    "AGE",
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "CA_HEALTH_NUMBER",
    "CA_SOCIAL_INSURANCE_NUMBER",
    "CREDIT_DEBIT_CARD_CVV",
    "CREDIT_DEBIT_CARD_EXPIRY",
    "CREDIT_DEBIT_CARD_NUMBER",
    "DRIVER_ID",
    "EMAIL",
    "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
    "IP_ADDRESS",
    "LICENSE_PLATE",
    "MAC_ADDRESS",
    "NAME",
    "PASSWORD",
    "PHONE",
    "PIN",
    "SWIFT_CODE",
    "UK_NATIONAL_HEALTH_SERVICE_NUMBER",
    "UK_NATIONAL_INSURANCE_NUMBER",
    "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER",
    "URL",
    "USERNAME",
    "US_BANK_ACCOUNT_NUMBER",
    "US_BANK_ROUTING_NUMBER",
    "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER",
    "US_PASSPORT_NUMBER",
    "US_SOCIAL_SECURITY_NUMBER",
    "VEHICLE_IDENTIFICATION_NUMBER",
]
Strength = Literal["NONE", "LOW", "MEDIUM", "HIGH"]


class ContentFilter(Frozen):
    """How strongly one category is filtered on the way in and on the way out."""

    input: Strength
    output: Strength


class Topic(Frozen):
    """A denied topic; 200 characters of definition is the CLASSIC tier's limit."""

    name: str = Field(pattern=r"^[0-9a-zA-Z-_ !?.]{1,100}$")
    definition: str = Field(min_length=1, max_length=200)
    examples: tuple[Annotated[str, Field(max_length=100)], ...] = Field(default=(), max_length=5)


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"a regular expression; this one is not: {error}") from None
    return pattern


class Pattern(Frozen):
    """A regular expression that a guardrail blocks or masks."""

    pattern: Annotated[str, AfterValidator(_compiles)] = Field(min_length=1, max_length=500)
    action: Literal["BLOCK", "ANONYMIZE"]


PatternName = Annotated[str, Field(min_length=1, max_length=100)]


class Guardrail(Frozen):
    """One Bedrock guardrail; content filters are keyed by category, PII by entity type."""

    description: str = Field(min_length=1, max_length=200)
    blocked_input: str = Field(min_length=1, max_length=500)
    blocked_output: str = Field(min_length=1, max_length=500)
    content_filters: Mapping[
        Literal["SEXUAL", "VIOLENCE", "HATE", "INSULTS", "MISCONDUCT", "PROMPT_ATTACK"],
        ContentFilter,
    ] = Field(min_length=1)
    topics: tuple[Topic, ...] = Field(default=(), max_length=30)
    words: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(
        default=(), max_length=10_000
    )
    profanity: StrictBool = False
    pii: Mapping[PiiEntity, Literal["BLOCK", "ANONYMIZE"]] = {}
    patterns: Mapping[Annotated[str, Field(min_length=1, max_length=100)], Pattern] = Field(
        default={}, max_length=30
    )
