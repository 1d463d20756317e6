"""Consent to the agreements that some models need, and the form that one provider wants."""

import json
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool

from config.frozen import Frozen


def _accepted(value: bool) -> bool:
    if not value:
        raise ValueError(
            "must be true: deploying then accepts the models' licence terms, and files Anthropic's "
            "form, in your company's name; leave [access] out if that is not wanted"
        )
    return value


def _fits(text: str) -> str:
    # The service takes 16,384 bytes of JSON, of which all other fields need less than 2,400.
    if len(json.dumps(text, ensure_ascii=False).encode()) > 14_000:
        raise ValueError("must be at most 14,000 bytes of UTF-8")
    return text


class AnthropicForm(Frozen):
    """Anthropic's First-Time-Use form, filed once for an account: bedrock-2026 §2.2."""

    company_name: str = Field(min_length=1, max_length=128)
    company_website: str = Field(pattern=r"^https?://[^\s/]+\S*$", max_length=128)
    intended_users: Literal["internal", "external", "both"]
    industry: str = Field(min_length=1, max_length=128)
    other_industry: str = Field(default="", max_length=128)
    use_cases: Annotated[str, Field(min_length=1, max_length=8_192), AfterValidator(_fits)]


class Access(Frozen):
    """Consent to make the account's agreements for the models; without the table, none is made."""

    accept_agreements: Annotated[StrictBool, AfterValidator(_accepted)] = Field(
        default=False, validate_default=True
    )
    anthropic: AnthropicForm | None = None
