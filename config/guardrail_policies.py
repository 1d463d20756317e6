"""The entries of a guardrail's policies, within the limits of AWS::Bedrock::Guardrail.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-bedrock-guardrail.html
"""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from config.directions import BLOCKED, Blocks, Masks, both_ways
from config.frozen import Frozen

Category = Literal["SEXUAL", "VIOLENCE", "HATE", "INSULTS", "MISCONDUCT", "PROMPT_ATTACK"]
Tier = Literal["CLASSIC", "STANDARD"]


def _named(field: str) -> BeforeValidator:
    """The short form of an entry is its one field that has to be said."""
    return BeforeValidator(
        lambda value: {field: value} if isinstance(value, str | int | float) else value
    )


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) < len(values):
        raise ValueError("one of these stands here twice: name each once")
    return values


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"a regular expression; this one is not: {error}") from None
    return pattern


class FilterSide(Frozen):
    """How strongly one direction is filtered, what happens then, and what is looked at."""

    strength: Literal["NONE", "LOW", "MEDIUM", "HIGH"]
    action: Literal["BLOCK", "NONE", "OFF"] = "BLOCK"
    modalities: Annotated[
        tuple[Literal["TEXT", "IMAGE"], ...], Field(min_length=1), AfterValidator(_distinct)
    ] = ("TEXT",)


class _ContentFilter(Frozen):
    input: Annotated[FilterSide, _named("strength")]
    output: Annotated[FilterSide, _named("strength")]


ContentFilter = Annotated[_ContentFilter, BeforeValidator(both_ways)]


class Topic(Frozen):
    """A denied topic; how long its definition may be depends on the tier."""

    name: str = Field(pattern=r"^[0-9a-zA-Z-_ !?.]{1,100}$")
    definition: str = Field(min_length=1, max_length=1_000)
    examples: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(
        default=(), max_length=5
    )
    action: Blocks = BLOCKED


class _Word(Frozen):
    text: str = Field(min_length=1, max_length=100)
    action: Blocks = BLOCKED


Word = Annotated[_Word, _named("text")]


def _profane(value: Any) -> Any:
    if isinstance(value, bool):
        return BLOCKED if value else None
    return both_ways(value)


Profanity = Annotated[Blocks | None, BeforeValidator(_profane)]


class Pattern(Frozen):
    """A regular expression that a guardrail blocks or masks."""

    pattern: Annotated[str, AfterValidator(_compiles)] = Field(min_length=1, max_length=500)
    action: Masks
    description: str | None = Field(default=None, min_length=1, max_length=1_000)


class _Grounding(Frozen):
    threshold: float = Field(ge=0, le=0.99, strict=True, allow_inf_nan=False)
    action: Literal["BLOCK", "NONE"] = "BLOCK"


Grounding = Annotated[_Grounding, _named("threshold")]
PolicyArn = Annotated[
    str,
    Field(
        pattern=r"^arn:aws(-[a-z-]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:"
        r"automated-reasoning-policy/[a-z0-9]{12}:[1-9][0-9]{0,11}$"
    ),
]


class AutomatedReasoning(Frozen):
    """Policies of formal logic, each by the ARN of one version: without it, a draft would judge."""

    policies: Annotated[tuple[PolicyArn, ...], AfterValidator(_distinct)] = Field(
        min_length=1, max_length=2
    )
    confidence_threshold: float | None = Field(
        default=None, ge=0, le=1, strict=True, allow_inf_nan=False
    )
