"""What the rules measure by: an operator's own limits, said once on the command line."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Limits:
    """`residency` are the regions that may answer; empty: those of the stack's own geography."""

    today: date
    residency: frozenset[str] = field(default_factory=frozenset)
