"""All prompts through the guardrail, a few at a time; a prompt without an answer ends the run."""

from collections.abc import Sequence

from config.suites import Case
from operate.at_once import Told, all_of
from operate.guardrails.apply import Apply
from operate.guardrails.judge import Outcome, judge


def run(cases: Sequence[Case], apply: Apply, told: Told) -> tuple[Outcome, ...]:
    """Judge every prompt; `told` hears how many are done, of how many. Raises what `apply` does."""
    return tuple(all_of(cases, lambda case: judge(case, apply(case)), told))
