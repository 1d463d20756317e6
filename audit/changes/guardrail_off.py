"""Guardrails that an application is told to leave out, or only to watch."""

import re
from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.leaves import GUARDRAIL, VERSION, leaves
from audit.switches import OFF, switch
from audit.words import names_of, words_of

NAMES = ("guardrail", "guardrails")
# What checks words as guardrails do, under another name.
ALIKE = (
    {"moderation"},
    {"content", "filter"},
    {"content", "safety"},
    {"pii", "redaction"},
    {"pii", "masking"},
    {"pii", "filter"},
    {"pii", "detection"},
    {"prompt", "injection"},
    {"jailbreak"},
    {"unguarded"},
)
# What may be switched of a guardrail and leaves it as strict as it was.
ASIDE = set(
    "trace tracing log logs logging debug verbose cache caching metric metrics alarm alarms alert"
    " message messages notify ui async latency".split()
)
# What says no more than that it is used.
ALL = set(
    "bedrock enforce enforced enforcement apply applied use uses check checks input output must"
    " mandatory litellm params model models call calls setting settings config".split()
)
MODE = re.compile(r"mode|action|strategy|enforcement|policy|level$", re.IGNORECASE)
WATCHES = (
    "monitor detect detection log log_only logonly shadow audit report warn permissive async "
    "optional"
).split()
STOPS = "enforce enforced enforcing block blocking strict active required on sync".split()


@on_change(
    "guardrail-off",
    category="guardrails",
    fix="keep it on for whatever calls models, or let model governance approve what passes now",
)
def guardrails_stay_on(change: Change) -> Iterator[Hazard]:
    """No setting that keeps a guardrail on is turned off, or down to watching."""
    if not change.before or not change.after or change.after.type in (GUARDRAIL, VERSION):
        return
    before, after = dict(leaves(change.before)), dict(leaves(change.after))
    holders = {each.rpartition(".")[0] for each in after}
    for place, was in before.items():
        if place not in after and place.rpartition(".")[0] not in holders:
            continue  # what it belonged to is gone as well
        if severity := _gravity(place, was, after.get(place)):
            why = "calls of models are let through that it stopped"
            yield Hazard(severity, {place: was}, {place: after.get(place, "(gone)")}, why)


def _gravity(place: str, was: str, now: str | None) -> str | None:
    """None if nothing is let through that was not."""
    words = words_of(names_of(place))
    named = not words.isdisjoint(NAMES)
    if was == now or not (named or any(each <= words for each in ALIKE)):
        return None
    old, new = switch(place, was), switch(place, now or "")
    if old and new:
        off = _guards(old.on, words) and not _guards(new.on, words)
        own = set(old.words)
        if not off or not own.isdisjoint(ASIDE):
            return None
        return "critical" if named and own <= {*ALL, *NAMES} else "high"
    if MODE.search(place) and was.lower() in STOPS and now is not None:
        text = now.lower().replace("-", "_")
        return "critical" if text in OFF else "high" if text in WATCHES else None
    return None


def _guards(on: bool, words: set[str]) -> bool:
    """`allow_unguarded` guards where it is off; so does `fail_open`."""
    return on != ("unguarded" in words or {"fail", "open"} <= words)
