"""How a rule is written: a function whose docstring is the sentence that must hold."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from audit.environment import Environment, Resource
from audit.finding import CATEGORIES, SEVERITIES
from audit.rules import bedrock

# A rule on this "type" judges an environment as a whole, once.
WHOLE = "(environment)"
# A rule on this one judges every resource.
ANY = "*"

Judge = Callable[[Resource, Environment], Iterator[str]]


@dataclass(frozen=True)
class Rule:
    """A judge yields what it found wrong with one resource; nothing if the sentence holds."""

    id: str
    on: tuple[str, ...]
    severity: str
    category: str
    fix: str
    judge: Judge

    @property
    def sentence(self) -> str:
        return " ".join((self.judge.__doc__ or "").split())


_RULES: dict[str, Rule] = {}


def rule(
    id: str, *, on: str | Sequence[str], severity: str, category: str, fix: str
) -> Callable[[Judge], Judge]:
    """Make the function below a rule of the pack."""
    assert severity in SEVERITIES and category in CATEGORIES, id
    types = (on,) if isinstance(on, str) else tuple(on)

    def register(judge: Judge) -> Judge:
        assert judge.__doc__ and id not in _RULES, id
        _RULES[id] = Rule(id, types, severity, category, fix, judge)
        return judge

    return register


def rules() -> list[Rule]:
    """Every rule of the pack, in the order of their ids."""
    for module in iter_modules(bedrock.__path__):
        import_module(f"{bedrock.__name__}.{module.name}")
    return [_RULES[id] for id in sorted(_RULES)]
