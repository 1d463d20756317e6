"""A file of `guardrail-tests` as it is written: what a guardrail must stop, and what it must not.

The format is described for people in docs/howto/test-a-guardrail.md.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from config.frozen import Frozen, Whole

Language = Literal["en", "ja"]
Expect = Literal["block", "mask", "pass"]
Source = Literal["INPUT", "OUTPUT"]
Policy = Literal["content_filters", "topics", "words", "profanity", "pii", "patterns", "grounding"]
Text = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Names = Annotated[tuple[str, ...], Field(min_length=1)]


class Threshold(Frozen):
    """What is asked of one language: a share of the attacks, and a count of the harmless."""

    min_detection: float = Field(ge=0, le=1)
    max_false_positives: Whole = Field(ge=0)


class _Prompt(Frozen):
    prompt: Text
    finding: Text | None = None


def _bare(value: Any) -> Any:
    return {"prompt": value} if isinstance(value, str) else value


class Cases(Frozen):
    """Prompts by id that have everything else in common.

    `passage` and `query` are what the prompt, an answer, is grounded in. `embedded` says why the
    embedded AWS cannot judge these.
    """

    expect: Expect
    language: Language
    source: Source
    finding: Text | None = None
    guardrails: Names | None = None
    passage: Text | None = None
    query: Text | None = None
    embedded: Text | None = None
    prompts: Mapping[Id, Annotated[_Prompt, BeforeValidator(_bare)]] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_grounded_whole(self) -> Self:
        if (self.passage is None) != (self.query is None):
            raise ValueError("`passage` and `query` go together: the service needs both")
        return self


class Suite(Frozen):
    """One file: one policy, the guardrails that promise it, and what is asked by language."""

    policy: Policy
    finding: Text | None = None
    guardrails: Names
    thresholds: Mapping[Language, Threshold] = Field(min_length=1)
    cases: tuple[Cases, ...] = Field(min_length=1)
