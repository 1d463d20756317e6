"""What a guardrail says, as a short hash: a version carries it, and so it is known what runs."""

import hashlib
import json
from typing import Any

from config.guardrail import Guardrail

# Neither a text about it nor a list of regions decides how it judges or what it answers.
SILENT: Any = {"description": True, "cross_region": {"sources"}}


def content_of(guardrail: Guardrail) -> str:
    """Twelve characters that change when its judgement can, whatever the order in its file."""
    said = guardrail.model_dump(mode="json", exclude=SILENT, exclude_defaults=True)
    text = json.dumps(_ordered(said), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _ordered(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return sorted((_ordered(inner) for inner in value), key=json.dumps)
    return value
