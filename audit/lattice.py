"""Guardrails, ordered: what one lets pass that another stops."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from audit.template import Json

STRENGTHS = ("NONE", "LOW", "MEDIUM", "HIGH")
ACTIONS = ("NONE", "ANONYMIZE", "BLOCK")
TIERS = ("CLASSIC", "STANDARD")
DIRECTIONS = ("Input", "Output")

Properties = Mapping[str, Json]
Item = Mapping[str, Json]


@dataclass(frozen=True)
class Weaker:
    severity: str
    where: str
    before: Json
    after: Json
    why: str


@dataclass(frozen=True)
class Kind:
    """One kind of policy: where its items are, and what names one."""

    title: str
    path: tuple[str, str]
    key: str
    action: str = "BLOCK"


CONTENT = Kind("content filter", ("ContentPolicyConfig", "FiltersConfig"), "Type")
TOPIC = Kind("topic", ("TopicPolicyConfig", "TopicsConfig"), "Name")
WORD = Kind("word", ("WordPolicyConfig", "WordsConfig"), "Text")
WORD_LIST = Kind("word list", ("WordPolicyConfig", "ManagedWordListsConfig"), "Type")
PII = Kind("personal data", ("SensitiveInformationPolicyConfig", "PiiEntitiesConfig"), "Type", "")
PATTERN = Kind("pattern", ("SensitiveInformationPolicyConfig", "RegexesConfig"), "Name", "")
GROUNDING = Kind("grounding", ("ContextualGroundingPolicyConfig", "FiltersConfig"), "Type")
KINDS = (CONTENT, TOPIC, WORD, WORD_LIST, PII, PATTERN, GROUNDING)
# What goes with the last one of these is a part of what a guardrail stops, and no whole of its own.
MINOR = (WORD, WORD_LIST, PATTERN, GROUNDING)


def weaker(before: Properties, after: Properties) -> Iterator[Weaker]:
    """Everything that the guardrail after stops less of than the one before."""
    for kind in KINDS:
        old, new = _items(before, kind), _items(after, kind)
        if old and not new:
            why = f"no {kind.title} is left"
            severity = "high" if kind in MINOR else "critical"
            yield Weaker(severity, kind.title, sorted(old), None, why)
            continue
        for name, item in old.items():
            if name not in new:
                yield from _gone(kind, name, item)
            else:
                yield from _item(kind, name, item, new[name])
    yield from _tiers(before, after)
    yield from _reasoning(before, after)


def _items(properties: Properties, kind: Kind) -> dict[str, Item]:
    config = properties.get(kind.path[0])
    found = config.get(kind.path[1]) if isinstance(config, Mapping) else None
    items = found if isinstance(found, list) else []
    return {str(each.get(kind.key)): each for each in items if isinstance(each, Mapping)}


def _gone(kind: Kind, name: str, item: Item) -> Iterator[Weaker]:
    """An item that did nothing is no loss."""
    if any(_effect(kind, item, direction) for direction in DIRECTIONS):
        yield Weaker(
            "high", f"{kind.title} {name}", _said(kind, item), None, "it is checked no more"
        )


def _item(kind: Kind, name: str, before: Item, after: Item) -> Iterator[Weaker]:
    where = f"{kind.title} {name}"
    for direction in DIRECTIONS:
        old, new = (_effect(kind, each, direction) for each in (before, after))
        if old and (not new or any(now < was for was, now in zip(old, new, strict=True))):
            why = f"less is stopped on {direction.lower()}"
            yield Weaker(
                "high",
                f"{where}, {direction.lower()}",
                _side(kind, before, direction),
                _side(kind, after, direction),
                why,
            )
        lost = _modalities(before, direction) - _modalities(after, direction)
        if kind is CONTENT and lost:
            why = f"{', '.join(sorted(lost)).lower()} is not looked at on {direction.lower()}"
            yield Weaker(
                "high",
                where,
                sorted(_modalities(before, direction)),
                sorted(_modalities(after, direction)),
                why,
            )
    for field, severity in (("Definition", "medium"), ("Pattern", "medium")):
        if before.get(field) != after.get(field):
            yield Weaker(severity, where, before.get(field), after.get(field), "it may match less")
    lost_examples = [
        each for each in before.get("Examples") or [] if each not in (after.get("Examples") or [])
    ]
    if lost_examples:
        yield Weaker("low", where, lost_examples, None, "examples that it learned from are gone")


def _effect(kind: Kind, item: Item, direction: str) -> tuple[float, ...]:
    """(how much it does when it finds something, how much it finds); nothing if it is off."""
    found = _found(kind, item, direction)
    if not _enabled(item, direction) or found <= 0:
        return ()
    return _rank(ACTIONS, _action(kind, item, direction)), found


def _found(kind: Kind, item: Item, direction: str) -> float:
    if kind is CONTENT:
        return _rank(STRENGTHS, str(item.get(f"{direction}Strength", "NONE")))
    if kind is GROUNDING:
        return float(item.get("Threshold") or 0) if direction == "Output" else 0
    return 1


def _action(kind: Kind, item: Item, direction: str) -> str:
    default = item.get("Action", kind.action or "NONE")
    return str(item.get(f"{direction}Action", default))


def _enabled(item: Item, direction: str) -> bool:
    value = item.get(f"{direction}Enabled", item.get("Enabled", True))
    return str(value).lower() != "false"


def _rank(order: tuple[str, ...], value: str) -> float:
    """What only the deployment knows is taken for the strongest, so that losing it shows."""
    return order.index(value) if value in order else len(order) - 1


def _modalities(item: Item, direction: str) -> set[str]:
    return set(item.get(f"{direction}Modalities") or ["TEXT"])


def _side(kind: Kind, item: Item, direction: str) -> Json:
    said: dict[str, Json] = {"action": _action(kind, item, direction)}
    if kind is CONTENT:
        said["strength"] = item.get(f"{direction}Strength", "NONE")
    if kind is GROUNDING:
        said["threshold"] = item.get("Threshold")
    return said if _enabled(item, direction) else "switched off"


def _said(kind: Kind, item: Item) -> Json:
    return {each.lower(): _side(kind, item, each) for each in DIRECTIONS}


TIERED: tuple[tuple[str, Callable[[Properties], Json]], ...] = (
    (
        "content filters",
        lambda each: _tier(each, "ContentPolicyConfig", "ContentFiltersTierConfig"),
    ),
    ("topics", lambda each: _tier(each, "TopicPolicyConfig", "TopicsTierConfig")),
)


def _tier(properties: Properties, policy: str, tier: str) -> Json:
    config = properties.get(policy)
    chosen = config.get(tier) if isinstance(config, Mapping) else None
    return chosen.get("TierName", "CLASSIC") if isinstance(chosen, Mapping) else "CLASSIC"


def _tiers(before: Properties, after: Properties) -> Iterator[Weaker]:
    for title, tier in TIERED:
        old, new = tier(before), tier(after)
        if _rank(TIERS, str(new)) < _rank(TIERS, str(old)):
            yield Weaker(
                "high", f"tier of {title}", old, new, "fewer languages and rewordings are caught"
            )


def _reasoning(before: Properties, after: Properties) -> Iterator[Weaker]:
    old, new = (each.get("AutomatedReasoningPolicyConfig") or {} for each in (before, after))
    lost = [each for each in old.get("Policies") or [] if each not in (new.get("Policies") or [])]
    if lost:
        yield Weaker(
            "high",
            "automated reasoning",
            lost,
            new.get("Policies"),
            "answers are not checked against it",
        )
    was, now = (float(each.get("ConfidenceThreshold") or 0) for each in (old, new))
    if now < was and new.get("Policies"):
        yield Weaker("high", "automated reasoning", was, now, "less certain answers pass")
