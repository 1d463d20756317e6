"""Before and after: what a change of chunking, embedding or documents did to every figure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from operate.knowledge.as_json import Run
from operate.knowledge.judge import METRICS

WORST = 1_000_000  # a rank behind every other: not found


@dataclass(frozen=True)
class Difference:
    """Of one run against an earlier one; `asked` counts the questions that both had."""

    metrics: Mapping[str, Mapping[str, tuple[float, float]]]
    better: tuple[str, ...]
    worse: tuple[str, ...]
    asked: int
    only_now: int
    only_before: int


def difference(before: Run, now: Run) -> Difference:
    """Compare two runs; a question is better if its rank is, or it found its facts."""
    old, new = before["questions"], now["questions"]
    both = sorted(old.keys() & new.keys())
    return Difference(
        metrics=dict(_metrics(before, now)),
        better=tuple(_told(id, old[id], new[id]) for id in both if _key(new[id]) < _key(old[id])),
        worse=tuple(_told(id, old[id], new[id]) for id in both if _key(new[id]) > _key(old[id])),
        asked=len(both),
        only_now=len(new.keys() - old.keys()),
        only_before=len(old.keys() - new.keys()),
    )


def _metrics(before: Run, now: Run) -> Iterator[tuple[str, dict[str, tuple[float, float]]]]:
    old, new = ({row["language"]: row["metrics"] for row in run["rows"]} for run in (before, now))
    for language in sorted(old.keys() & new.keys()):
        yield (
            language,
            {
                name: (old[language][name]["value"], new[language][name]["value"])
                for name in METRICS
            },
        )


def _key(outcome: Mapping[str, Any]) -> tuple[bool, int]:
    """Less is better: facts first, for they are what a caller wants."""
    return not outcome["facts"], outcome["rank"] or WORST


def _told(id: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    return f"{id}: {_shown(old)} -> {_shown(new)}"


def _shown(outcome: Mapping[str, Any]) -> str:
    rank = f"rank {outcome['rank']}" if outcome["rank"] else "not found"
    return rank if outcome["facts"] else f"{rank} without its facts"
