"""Findings as people read them in a comment or an alert: no account's number, no whole ARN, and no
braces around one value. The JSON report has all of it."""

import json
import re

ARN = re.compile(r"\barn:aws[a-z-]*:([a-z0-9-]*):([a-z0-9*-]*):([^:\s\"']*):")
ACCOUNT = re.compile(r"(?<![0-9A-Za-z.])[0-9]{8}([0-9]{4})(?![0-9A-Za-z.])")


def brief(text: str) -> str:
    """The text with ARNs and account numbers cut: the last four digits tell accounts apart."""
    return ACCOUNT.sub(r"…\1", ARN.sub(_short, _one_value(text)))


def _short(arn: re.Match[str]) -> str:
    return ":".join([arn[1], *(each for each in (arn[2], arn[3]) if each), ""])


def _one_value(text: str) -> str:
    """`{"RetentionInDays": 7}` as `RetentionInDays: 7`."""
    if not text.startswith("{"):
        return text
    try:
        found = json.loads(text)
    except ValueError:
        return text
    if not isinstance(found, dict) or len(found) != 1:
        return text
    name, value = next(iter(found.items()))
    plain = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return f"{name}: {plain}" if plain else f"{name}: (empty)"
