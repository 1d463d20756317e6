"""A model's tokens-per-minute quota, found by its name, for Service Quotas knows no model ids.

The names, as accounts show them: "Cross-region model inference tokens per minute for Anthropic
Claude Sonnet 4.5 V1". Only a name that means one model and no other counts.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from config.models import Target

NAMED = re.compile(r"(.+) model inference tokens per minute for (.+)", re.IGNORECASE)


@dataclass(frozen=True)
class Quota:
    """One quota of the account in a region; the code is what an increase is asked for with."""

    name: str
    code: str
    value: float


def find_quota(quotas: Iterable[Quota], target: Target, provider: str, model: str) -> Quota | None:
    """The quota of a model that Bedrock calls `model` and ascribes to `provider`."""
    fitting = [quota for quota in quotas if _is_of(quota, target, provider, model)]
    return fitting[0] if len(fitting) == 1 else None


def _is_of(quota: Quota, target: Target, provider: str, model: str) -> bool:
    found = NAMED.fullmatch(quota.name)
    if found is None or found[1].casefold() != _scope(target):
        return False
    return _plain(found[2], provider) == _plain(model, provider)


def _scope(target: Target) -> str:
    if target.prefix is None:
        return "on-demand"
    return "global cross-region" if target.prefix == "global" else "cross-region"


def _plain(name: str, provider: str) -> str:
    """Without the provider's name before it and the " V1" that some names have and some lack."""
    words = name.casefold().removeprefix(f"{provider.casefold()} ").split()
    return " ".join(words[:-1] if words[-1:] == ["v1"] else words)
