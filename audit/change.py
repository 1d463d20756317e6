"""What a rule of the audit judges: one resource before and after, and how a rule is written."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from importlib import import_module
from pkgutil import iter_modules

from audit import changes
from audit.errors import ODD
from audit.finding import CATEGORIES, SEVERITIES
from audit.iam.written import Unclear
from audit.replacement import maybe_replaced_by, replaced_by
from audit.template import Json
from audit.view import Resource, View

ANY = "*"


@dataclass(frozen=True)
class Change:
    """`before` is None for a new resource, `after` for a removed one."""

    before: Resource | None
    after: Resource | None
    base: View
    head: View

    @property
    def resource(self) -> Resource:
        found = self.after or self.before
        assert found
        return found

    @property
    def renamed(self) -> bool:
        """CloudFormation sees a removal and an addition: the logical id or the stack changed."""
        return bool(self.before and self.after and self.before.name != self.after.name)

    @cached_property
    def replaced_by(self) -> list[str]:
        """What forces a new resource in the place of the old one; empty if it is updated."""
        if not self.before or not self.after:
            return []
        forced = ["logical id"] if self.renamed else []
        return forced + replaced_by(self.before, self.after)

    @cached_property
    def maybe_replaced_by(self) -> list[str]:
        both = self.before and self.after
        return maybe_replaced_by(self.before, self.after) if both else []  # type: ignore[arg-type]

    def was(self, path: str) -> Json:
        return self.before.get(path) if self.before else None

    def now(self, path: str) -> Json:
        return self.after.get(path) if self.after else None


@dataclass(frozen=True)
class Comparison:
    """One environment as a whole. `pairs` are names in the base as it was to names in the head."""

    base: View
    head: View
    changes: Sequence[Change]
    pairs: Mapping[str, str]
    today: date

    def partner(self, resource: Resource | None) -> Resource | None:
        """What a resource of the head was in the base."""
        return self._partners.get(resource.name) if resource else None

    def is_same(self, resource: Resource) -> bool:
        """Was a resource of the head there before, by the same name and with the same content?"""
        return self.pairs.get(resource.name) == resource.name and not any(
            each.after is resource and (each.replaced_by or each.before is None)
            for each in self.changes
        )

    @cached_property
    def _partners(self) -> dict[str, Resource]:
        return {each.after.name: each.before for each in self.changes if each.before and each.after}


@dataclass(frozen=True)
class Hazard:
    """What a rule found; `subject` where that is not the resource that it was asked about, `rule`
    and `category` where the rule stands for many that are data."""

    severity: str
    before: Json
    after: Json
    why: str
    fix: str = ""
    subject: Resource | str | None = None
    category: str = ""
    rule: str = ""


JudgeChange = Callable[[Change], Iterable[Hazard]]
JudgeEnvironment = Callable[[Comparison], Iterable[Hazard]]


@dataclass(frozen=True)
class ChangeRule:
    id: str
    category: str
    on: tuple[str, ...]
    fix: str
    sentence: str
    judge: JudgeChange | None = None
    judge_environment: JudgeEnvironment | None = None

    def hazards(self, comparison: Comparison) -> Iterator[tuple[Change | None, Hazard]]:
        if judge := self.judge_environment:
            yield from ((None, each) for each in _judged(lambda: judge(comparison)))
        if judge_change := self.judge:
            for change in comparison.changes:
                if self.on == (ANY,) or change.resource.type in self.on:
                    found = _judged(partial(judge_change, change))
                    yield from ((change, each) for each in found)


def _judged(judge: Callable[[], Iterable[Hazard]]) -> Iterator[Hazard]:
    """What a rule cannot read, a property of a shape that CloudFormation itself would refuse for
    instance, is a finding too: one odd resource hides neither itself nor what others found."""
    try:
        yield from judge()
    except (*ODD, Unclear) as error:
        yield Hazard("high", None, None, f"the rule could not judge this: {error!r}")


_RULES: dict[str, ChangeRule] = {}


def on_change(
    id: str, *, category: str, fix: str, on: str | Sequence[str] = ANY
) -> Callable[[JudgeChange], JudgeChange]:
    """Make the function below a rule; it is asked about every changed resource of these types."""
    types = (on,) if isinstance(on, str) else tuple(on)

    def register(judge: JudgeChange) -> JudgeChange:
        _add(ChangeRule(id, category, types, fix, _sentence(judge), judge=judge))
        return judge

    return register


def on_environment(
    id: str, *, category: str, fix: str
) -> Callable[[JudgeEnvironment], JudgeEnvironment]:
    """Make the function below a rule that is asked once, about the environment as a whole."""

    def register(judge: JudgeEnvironment) -> JudgeEnvironment:
        _add(ChangeRule(id, category, (), fix, _sentence(judge), judge_environment=judge))
        return judge

    return register


def change_rules() -> list[ChangeRule]:
    """Every rule of `audit/changes/`, in the order of their ids."""
    for module in iter_modules(changes.__path__):
        import_module(f"{changes.__name__}.{module.name}")
    return [_RULES[id] for id in sorted(_RULES)]


def worst(*severities: str) -> str:
    return min(severities, key=SEVERITIES.index)


def _add(rule: ChangeRule) -> None:
    assert rule.id not in _RULES and rule.category in CATEGORIES and rule.sentence, rule.id
    _RULES[rule.id] = rule


def _sentence(judge: Callable[..., object]) -> str:
    return " ".join((judge.__doc__ or "").split())
