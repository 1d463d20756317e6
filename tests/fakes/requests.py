"""Requests as `edge` makes them, for what lies behind it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping

from gateway.edge import Request

_NUMBERS = itertools.count(1)


def request(
    tenant: str = "demo",
    *,
    left_s: float = 10.0,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"{}",
    route: str = "/v1/chat/completions",
) -> Request:
    started = time.monotonic()
    return Request(
        id=f"request-{next(_NUMBERS)}",
        tenant=tenant,
        route=route,
        path={},
        headers=headers or {},
        body=body,
        started=started,
        deadline=started + left_s,
        check_client=lambda: None,
        facts={"environment": "dev"},
    )
