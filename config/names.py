"""The words that every declared value uses: names, regions, and models resolved by their ids."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo

from config.models import Target, find_target

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=31)]
Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]


# The group of documents that every caller may read; in what documents' metadata calls "groups".
EVERYONE = "everyone"


def _resolve(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str) or info.context is None:
        raise ValueError("a model id or an inference-profile id, as text")
    return find_target(value, info.context["catalogue"], info.context["region"])


ModelId = Annotated[Target, BeforeValidator(_resolve)]
