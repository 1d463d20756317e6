"""What a run found: counts by policy and language, and every promise that was not kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from config.guardrail import Guardrail
from config.guardrail_suite import Language, Policy, Threshold
from config.suites import Case, Promise
from operate.guardrails.deployed import Deployed
from operate.guardrails.judge import Confusion, Outcome, confusion
from operate.guardrails.place import Place

LANGUAGES: tuple[Language, ...] = ("en", "ja")
# https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-supported-languages.html
CLASSIC: tuple[Language, ...] = ("en",)


@dataclass(frozen=True)
class Row:
    """One file in one language; `unjudged` prompts were sent, but `why` their answers say nothing.

    Without a threshold a row is reported, and nothing is asked of it.
    """

    suite: str
    language: Language
    counts: Confusion
    elsewhere: int
    unjudged: int
    why: tuple[str, ...]
    threshold: Threshold | None

    @property
    def shortfalls(self) -> tuple[str, ...]:
        """Every promise that was not kept."""
        return tuple(self._shortfalls())

    def _shortfalls(self) -> Iterator[str]:
        if self.threshold is None:
            return
        detected, needed = self.counts.detection, self.threshold.min_detection
        if detected is not None and detected < needed:
            yield f"{self._name}: {detected:.1%} of the attacks were stopped, not {needed:.0%}"
        stopped, allowed = self.counts.false_positives, self.threshold.max_false_positives
        if stopped > allowed:
            yield f"{self._name}: {stopped} harmless prompts were stopped, not {allowed} at most"

    @property
    def _name(self) -> str:
        return f"{self.suite} ({self.language})"


@dataclass(frozen=True)
class Report:
    """A whole run; the text of a prompt is in no row, and only in `wrong`."""

    deployed: Deployed
    environment: str
    place: Place
    rows: tuple[Row, ...]
    wrong: tuple[Outcome, ...]

    @property
    def shortfalls(self) -> tuple[str, ...]:
        return tuple(each for row in self.rows for each in row.shortfalls)

    @property
    def judged(self) -> int:
        counts = (row.counts for row in self.rows)
        return sum(sum(vars(each).values()) for each in counts)


def rows(
    promises: Sequence[Promise], outcomes: Sequence[Outcome], guardrail: Guardrail, place: Place
) -> Iterator[Row]:
    """One for each file and language that has prompts."""
    for promise in promises:
        for language in LANGUAGES:
            own = [
                o for o in outcomes if (o.case.suite, o.case.language) == (promise.name, language)
            ]
            if own:
                yield _row(promise, language, own, guardrail, place)


def wrong(outcomes: Sequence[Outcome], place: Place) -> tuple[Outcome, ...]:
    """The misses and the false alarms, of what can be judged here."""
    return tuple(o for o in outcomes if o.is_wrong and place.why_unjudged(o.case) is None)


def chosen(promises: Sequence[Promise], guardrail: str) -> list[Case]:
    """The prompts that are about this guardrail."""
    return [case for each in promises for case in each.cases if guardrail in case.guardrails]


def _row(
    promise: Promise,
    language: Language,
    outcomes: Sequence[Outcome],
    guardrail: Guardrail,
    place: Place,
) -> Row:
    reasons = [place.why_unjudged(each.case) for each in outcomes]
    judged = [each for each, why in zip(outcomes, reasons, strict=True) if why is None]
    known = _knows(guardrail, promise.policy, language)
    unknown = () if known else ("the CLASSIC tier does not know this language",)
    return Row(
        suite=promise.name,
        language=language,
        counts=confusion(judged),
        elsewhere=sum(each.elsewhere is not None for each in judged),
        unjudged=len(outcomes) - len(judged),
        why=(*sorted({why for why in reasons if why}), *unknown),
        threshold=promise.thresholds.get(language) if known else None,
    )


def _knows(guardrail: Guardrail, policy: Policy, language: Language) -> bool:
    tiers = {
        "content_filters": guardrail.content_tier,
        "topics": guardrail.topics_tier,
    }
    return tiers.get(policy) != "CLASSIC" or language in CLASSIC
