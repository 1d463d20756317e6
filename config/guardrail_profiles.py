"""Where a guardrail may be evaluated besides its own region: AWS's guardrail profiles."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo

from config.frozen import Frozen


class GuardrailProfile(Frozen):
    """A geography's profile; `sources` has the destinations of each region that may use it."""

    geography: str
    sources: Mapping[str, tuple[str, ...]]

    @property
    def id(self) -> str:
        """As the last part of its ARN."""
        return f"{self.geography}.guardrail.v1:0"


def _find(value: Any, info: ValidationInfo) -> Any:
    profiles = (info.context or {})["profiles"]
    if not isinstance(value, str) or value not in profiles:
        raise ValueError(f"a geography of config/guardrail_profiles.toml: one of {list(profiles)}")
    return profiles[value]


CrossRegion = Annotated[GuardrailProfile, BeforeValidator(_find)]
