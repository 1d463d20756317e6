"""An `Upstream` whose DynamoDB is in this process: no port, and as many calls as a property needs.

Requests are checked against botocore's service model, and conditions are evaluated for real.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

import botocore.session
from botocore.validate import validate_parameters

from gateway.aws import AwsError, UpstreamFailure
from tests.fakes.tables import KEYS, Refused, Tables, plain

# Whether it is carried out all the same, and what the caller is told.
Trouble = tuple[bool, UpstreamFailure]


class Memory:
    """`trouble` is asked before each call, with its operation and request."""

    def __init__(self) -> None:
        self.tables = Tables(KEYS)
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.trouble: Callable[[str, Mapping[str, Any]], Trouble | None] = lambda *_: None

    def dynamodb(
        self, operation: str, request: Mapping[str, Any], deadline: float
    ) -> dict[str, Any]:
        validate_parameters(dict(request), _shape(operation))
        self.calls.append((operation, request))
        trouble = self.trouble(operation, request)
        if trouble is None:
            return self._carry_out(operation, request)
        carried_out, failure = trouble
        if carried_out:
            self._carry_out(operation, request)
        raise failure

    def row(self, table: str, *key: str) -> dict[str, Any]:
        return plain(self.tables.rows[table].get(key, {}))

    def _carry_out(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            answer = self.tables.call(operation, request)
        except Refused as refused:
            raise AwsError(refused.status, refused.code) from None
        copy: dict[str, Any] = json.loads(json.dumps(answer))
        return copy


@functools.cache
def _shape(operation: str) -> Any:
    service = botocore.session.get_session().get_service_model("dynamodb")
    return service.operation_model(operation).input_shape
