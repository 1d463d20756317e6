"""Stacks that could not be deleted by mistake."""

from collections.abc import Iterator

from audit.change import Comparison, Hazard, on_environment


@on_environment(
    "stack-protection",
    category="data",
    fix="keep `termination_protection=True`, and switch it off by hand when the stack shall go",
)
def stacks_stay_protected(compared: Comparison) -> Iterator[Hazard]:
    """A stack that nobody may delete stays one."""
    for name, stack in compared.head.templates.items():
        before = compared.base.templates.get(name)
        if before and before.protected and not stack.protected:
            why = "whoever deletes the stack deletes what it holds, with one call"
            yield Hazard("high", "terminationProtection", "off", why, subject=name)
