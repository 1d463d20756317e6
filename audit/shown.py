"""What may be read by anyone who sees the pull request: no secret is ever among it."""

import json
import re

from audit.secret import SECRET_NAME, is_secret, masked
from audit.template import Json

LONGEST = 300


def shown(value: Json) -> str:
    """A value as one short line of text; whatever looks like a secret is masked."""
    if value is None:
        return ""
    inner = written_out(value) if isinstance(value, str) else value
    if isinstance(value, str) and inner is None:
        text = value
    else:
        text = json.dumps(_masked(inner), sort_keys=True, default=str)
    text = re.sub(r"\s+", " ", masked(text))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def written_out(text: str) -> Json:
    """What JSON inside a text says; None if it is not JSON of several values."""
    if not text.lstrip().startswith(("{", "[")) or text.startswith("{{"):
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, (dict, list)) else None


def _masked(value: Json) -> Json:
    """The value of a key that is called like a secret is masked, whatever it looks like."""
    if isinstance(value, dict):
        return {
            masked(str(key)): "(masked)"
            if SECRET_NAME.search(str(key))
            and isinstance(each, str)
            and is_secret(each, named=True)
            else _masked(each)
            for key, each in value.items()
        }
    return [_masked(each) for each in value] if isinstance(value, list) else value
