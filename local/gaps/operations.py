"""Which operation a request is, and what its path names, read from botocore's service models."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from local.gaps.calls import service_model


@dataclass(frozen=True)
class Operation:
    """An operation's name, and the labels of its path with their values."""

    name: str
    labels: Mapping[str, str]


def find_operation(service: str, method: str, path: str) -> Operation | None:
    """The operation that a decoded path means; None if the service has none there."""
    for name, verb, pattern in _routes(service):
        found = pattern.fullmatch(path) if verb == method else None
        if found:
            return Operation(name, found.groupdict())
    return None


@cache
def _routes(service: str) -> list[tuple[str, str, re.Pattern[str]]]:
    model = service_model(service)
    https = {name: model.operation_model(name).http for name in model.operation_names}
    # Of two routes that fit, the one with more fixed text is meant.
    ordered = sorted(https.items(), key=lambda item: -len(_fixed(item[1]["requestUri"])))
    return [(name, http["method"], _pattern(http["requestUri"])) for name, http in ordered]


def _fixed(uri: str) -> str:
    return re.sub(r"\{[^}]+\}", "", uri)


def _pattern(uri: str) -> re.Pattern[str]:
    # A label may hold an ARN with slashes: the path arrives decoded.
    parts = re.split(r"\{(\w+)\+?\}", uri.partition("?")[0].rstrip("/"))
    fixed = [re.escape(part) for part in parts[::2]]
    labels = [f"(?P<{label}>.+?)" for label in parts[1::2]] + [""]
    return re.compile("".join(a + b for a, b in zip(fixed, labels, strict=True)) + "/?")
