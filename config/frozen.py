"""What every declared value is: frozen, and strict about what it does not know."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Strict

Whole = Annotated[int, Strict()]  # neither true nor "4" is a number


class Frozen(BaseModel):
    """A value that cannot change and refuses fields that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
