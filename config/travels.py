"""What of an environment travels to the next: purposes and their guardrails, not places or sizes.

A field has the answer of the longest pattern that it fits.
"""

from collections.abc import Mapping
from typing import Literal

from config.compare import Path, fits

# "when named": it belongs to each environment, and is promoted only by somebody who asks for it:
# prod has another traffic, other money and longer records than staging, on purpose.
Travels = Literal["by default", "when named", "never"]

TRAVELS: Mapping[str, Travels] = {
    "aliases": "by default",
    "guardrails": "by default",
    "knowledge_bases": "by default",
    "knowledge_bases.*.keep_vectors": "when named",
    # Which place this is, and what exists only there.
    "account": "never",
    "region": "never",
    "residency": "never",
    "api.domain": "never",
    "api.private": "never",
    "delivery": "never",
    "knowledge_bases.*.bucket": "never",
    "knowledge_bases.*.bucket_key": "never",
}
# What two environments differ in because they are two.
NATURAL = ("account", "region")


def travels(path: Path) -> Travels:
    """Whether a field goes along when an environment is promoted."""
    fitting = [pattern for pattern in TRAVELS if fits(path, pattern)]
    return TRAVELS[max(fitting, key=len)] if fitting else "when named"


def is_natural(path: Path) -> bool:
    """Whether nobody needs to be told of a difference in it."""
    return any(fits(path, pattern) for pattern in NATURAL)
