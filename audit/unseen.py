"""What an assembly lacks, so that nobody could judge it; graver where the base had it all."""

from collections.abc import Callable, Iterator, Sequence

from audit.change import Comparison, Hazard
from audit.template import Template


def unseen(
    compared: Comparison, lacked: Callable[[Template], Sequence[str]], severity: str, why: str
) -> Iterator[Hazard]:
    """One hazard a stack, of this severity if the base did not lack as much, else low."""
    known = {each for template in compared.base.templates.values() for each in lacked(template)}
    for name, template in compared.head.templates.items():
        if lacks := list(lacked(template)):
            new = [each for each in lacks if each not in known]
            yield Hazard(severity if new else "low", None, new or lacks, why, subject=name)
