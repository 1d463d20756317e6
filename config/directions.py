"""What a guardrail does with what it finds, on the way in and on the way out.

`NONE` reports and lets pass, `OFF` does not look. One word is short for both directions.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, model_validator

from config.frozen import Frozen


class _Directions(Frozen):
    input: str
    output: str

    @model_validator(mode="after")
    def _looks_somewhere(self) -> Self:
        if self.input == self.output == "OFF":
            raise ValueError("OFF in both directions does nothing: leave the entry out")
        return self


class _Blocks(_Directions):
    input: Literal["BLOCK", "NONE", "OFF"]
    output: Literal["BLOCK", "NONE", "OFF"]


class _Masks(_Directions):
    input: Literal["BLOCK", "ANONYMIZE", "NONE", "OFF"]
    output: Literal["BLOCK", "ANONYMIZE", "NONE", "OFF"]


def both_ways(value: Any) -> Any:
    """A word for both directions, spelled out."""
    return {"input": value, "output": value} if isinstance(value, str) else value


Blocks = Annotated[_Blocks, BeforeValidator(both_ways)]
Masks = Annotated[_Masks, BeforeValidator(both_ways)]
Directions = _Blocks | _Masks
BLOCKED = _Blocks(input="BLOCK", output="BLOCK")
