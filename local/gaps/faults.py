"""Documents that fail once, on demand: so that what repairs a sync can be seen to repair it."""

import hashlib
from pathlib import Path

from local.gaps.service_errors import ServiceError

_struck: set[str] = set()


class Faults:
    """So many of a hundred documents, chosen by their hash, as a file says; without it none."""

    def __init__(self, file: Path) -> None:
        self._percent = int(file.read_text()) if file.is_file() else 0

    def strike(self, name: str) -> None:
        """Raise ServiceError the first time that a chosen document comes by."""
        chosen = int(hashlib.sha256(name.encode()).hexdigest(), 16) % 100 < self._percent
        if chosen and name not in _struck:
            _struck.add(name)
            raise ServiceError("ThrottlingException", "The document failed once, as was asked for.")
