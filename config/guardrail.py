"""A guardrail as its file in `config/guardrails` declares it."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from config.directions import Masks
from config.frozen import Frozen
from config.guardrail_policies import (
    AutomatedReasoning,
    Category,
    ContentFilter,
    Grounding,
    Pattern,
    Profanity,
    Tier,
    Topic,
    Word,
)
from config.guardrail_profiles import CrossRegion
from config.pii import PiiEntity


class Guardrail(Frozen):
    """One Bedrock guardrail; what its policies say of each other is judged in guardrail_rules."""

    description: str = Field(min_length=1, max_length=200)
    blocked_input: str = Field(min_length=1, max_length=500)
    blocked_output: str = Field(min_length=1, max_length=500)
    content_filters: Mapping[Category, ContentFilter] = {}
    content_tier: Tier = "CLASSIC"
    topics: tuple[Topic, ...] = Field(default=(), max_length=30)
    topics_tier: Tier = "CLASSIC"
    words: tuple[Word, ...] = Field(default=(), max_length=10_000)
    profanity: Profanity = None
    pii: Mapping[PiiEntity, Masks] = {}
    patterns: Mapping[Annotated[str, Field(min_length=1, max_length=100)], Pattern] = Field(
        default={}, max_length=30
    )
    grounding: Mapping[Literal["GROUNDING", "RELEVANCE"], Grounding] = {}
    automated_reasoning: AutomatedReasoning | None = None
    cross_region: CrossRegion | None = None
