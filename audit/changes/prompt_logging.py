"""Whether what people say to models is written down, wherever that is switched."""

import re
from collections.abc import Iterator
from itertools import pairwise

from audit.change import Change, Hazard, on_change
from audit.leaves import leaves
from audit.view import Resource
from audit.words import in_words

# A name that says that something is written down, and that this is what people and models say.
WRITES = (
    "log logs logging logger store record recording trace tracing tracer save persist capture "
    "write dump archive"
).split()
WORDS = (
    "prompt prompts message messages completion completions body bodies payload payloads content "
    "conversation conversations transcript transcripts response responses event events text input "
    "output answer answers question questions chat"
).split()
ASIDE = "full model models raw user bedrock".split()
DELIVERED = re.compile(r"(text|image|embedding|video|audio)datadeliveryenabled", re.IGNORECASE)
ON = ("true", "1", "yes", "on", "full", "enabled", "all")


@on_change(
    "prompt-logging",
    category="observability",
    fix="leave it off where people's words must not be stored; log counts and sizes instead",
)
def prompts_are_not_written_down(change: Change) -> Iterator[Hazard]:
    """Writing prompts and answers to a log or a bucket is not newly switched on."""
    before, after = set(_switched(change.before)), set(_switched(change.after))
    for name in sorted(after - before):
        yield Hazard(
            "high", None, {name: True}, "what people write to models, personal data too, is stored"
        )


def _switched(resource: Resource | None) -> Iterator[str]:
    for place, value in leaves(resource):
        name = re.split(r"[./]", place)[-1]
        if value.lower() in ON and _writes_words_down(name):
            yield name


def _writes_words_down(name: str) -> bool:
    if DELIVERED.fullmatch(name):
        return True
    pairs = pairwise(each for each in in_words(name) if each not in ASIDE)
    return any(
        (one in WRITES and two in WORDS) or (one in WORDS and two in WRITES) for one, two in pairs
    )
