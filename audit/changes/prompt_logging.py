"""Whether what people say to models is written down, wherever that is switched."""

import json
import re
from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.template import Json

SWITCH = re.compile(
    r"(text|image|embedding|video|audio)datadeliveryenabled"
    r"|(log|store|record|trace|save|persist|capture)_?(full_?)?(model_?)?(prompts?|messages|completions?|bod(y|ies)|payloads?|conversations?)"
    r"|(prompts?|messages|completions?|bod(y|ies)|payloads?|conversations?)_?(log(ging)?|tracing|capture|recording)(_?enabled)?"
    r"|(\w+_)?log_?events?|capture_?message_?content|messagecontent",
    re.IGNORECASE,
)
ON = ("true", "1", "yes", "on", "full", "enabled", "all")


@on_change(
    "prompt-logging",
    category="observability",
    fix="leave it off where people's words must not be stored; log counts and sizes instead",
)
def prompts_are_not_written_down(change: Change) -> Iterator[Hazard]:
    """Writing prompts and answers to a log or a bucket is not newly switched on."""
    before = set(_switched(change.before.properties)) if change.before else set()
    after = set(_switched(change.after.properties)) if change.after else set()
    for name in sorted(after - before):
        yield Hazard(
            "high", None, {name: True}, "what people write to models, personal data too, is stored"
        )


def _switched(value: Json) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            if isinstance(each, (Mapping, list)):
                yield from _switched(each)
            elif SWITCH.fullmatch(str(name)):
                if str(each).lower() in ON:
                    yield str(name)
            elif isinstance(each, str) and each.lstrip().startswith("{"):
                yield from _inside(each)
    elif isinstance(value, list):
        for each in value:
            yield from _switched(each)


def _inside(text: str) -> Iterator[str]:
    try:
        found = json.loads(text)
    except ValueError:
        return
    yield from _switched(found)
