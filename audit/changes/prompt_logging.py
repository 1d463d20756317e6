"""Whether what people say to models is written down, wherever that is switched."""

import re
from collections.abc import Iterator
from itertools import pairwise

from audit.change import Change, Hazard, on_change
from audit.leaves import leaves
from audit.switches import Switch, switch
from audit.view import Resource

# A name that says that something is written down, and that this is what people and models say.
WRITES = (
    "log logs logging logger store record recording trace tracing tracer save persist capture "
    "write dump archive"
).split()
WORDS = (
    "prompt prompts message messages completion completions body bodies payload payloads content "
    "conversation conversations transcript transcripts response responses event events text input "
    "output inputs outputs answer answers question questions chat"
).split()
HIDES = "redact redacting redaction mask masking hide hiding scrub scrubbing anonymize".split()
ASIDE = "full model models raw user bedrock".split()
DELIVERED = re.compile(r"(text|image|embedding|video|audio)datadeliveryenabled", re.IGNORECASE)


@on_change(
    "prompt-logging",
    category="observability",
    fix="leave it off where people's words must not be stored; log counts and sizes instead",
)
def prompts_are_not_written_down(change: Change) -> Iterator[Hazard]:
    """Writing prompts and answers to a log or a bucket is not newly switched on."""
    before, after = dict(_switches(change.before)), dict(_switches(change.after))
    why = "what people write to models, personal data too, is stored"
    for name, each in sorted(after.items()):
        was = before.get(name)
        if _writes(each) and not (was and _writes(was)):
            yield Hazard("high", {name: was.on} if was else None, {name: each.on}, why)
    for name, was in sorted(before.items()):
        if change.after and name not in after and _kept_off(was):
            yield Hazard("high", {name: True}, {name: "(gone)"}, why)


def _switches(resource: Resource | None) -> Iterator[tuple[str, Switch]]:
    for place, value in leaves(resource):
        if (found := switch(place, value)) and _is_of_words(found):
            yield found.name, found


def _is_of_words(found: Switch) -> bool:
    """Does it say whether people's words are written down, or hidden where they are?"""
    if DELIVERED.fullmatch(found.name):
        return True
    pairs = pairwise(each for each in found.words if each not in ASIDE)
    acts = (*WRITES, *HIDES)
    return any(
        (one in acts and two in WORDS) or (one in WORDS and two in acts) for one, two in pairs
    )


def _hides(found: Switch) -> bool:
    return any(each in HIDES for each in found.words)


def _writes(found: Switch) -> bool:
    return found.on != _hides(found)


def _kept_off(found: Switch) -> bool:
    """Was it there to keep words from being written, which nothing does now?"""
    return not _writes(found) and (found.against or _hides(found))
