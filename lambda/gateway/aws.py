"""The whole edge of the world: every call that the request path makes goes through here.

A handler takes an `Upstream`: `client()` in AWS, `ScriptedAws` in a test.
"""

from __future__ import annotations

import functools
import os
from urllib.parse import quote

from gateway.client import Client
from gateway.events import ConverseEvents
from gateway.failures import AwsError, TimedOut, Unreachable, UpstreamFailure

__all__ = ["Aws", "AwsError", "Client", "TimedOut", "Unreachable", "UpstreamFailure", "client"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol

    class Events(Protocol):
        """ConverseStream's events, `{"messageStart": {...}}` and so on, each as it comes in.

        Iterating raises an UpstreamFailure for an exception event, a cut, a bad checksum or a
        stall; the end of the connection is StopIteration, whether or not a messageStop came.
        `deadline` may be moved while the stream runs. Closing it hangs up.
        """

        deadline: float

        def __iter__(self) -> Events: ...

        def __next__(self) -> dict[str, Any]: ...

        def close(self) -> None: ...

    class Upstream(Protocol):
        """Requests and answers are AWS's JSON, as on the wire; `deadline` is on `time.monotonic()`.

        Every method raises an UpstreamFailure.
        """

        def converse(
            self, model_id: str, request: Mapping[str, Any], deadline: float
        ) -> dict[str, Any]: ...

        def converse_stream(
            self,
            model_id: str,
            request: Mapping[str, Any],
            deadline: float,
            check_client: Callable[[], None],
        ) -> Events:
            """Returns when the answer's head is there; `check_client` is called at least four times
            a second while nothing comes, and what it raises ends the stream."""

        def invoke_model(
            self, model_id: str, request: Mapping[str, Any], deadline: float
        ) -> tuple[dict[str, Any], Mapping[str, str]]:
            """The model's own answer, and the headers, whose names are in lower case."""

        def kms(
            self, operation: str, request: Mapping[str, Any], deadline: float
        ) -> dict[str, Any]: ...

        def apply_guardrail(
            self, guardrail_id: str, version: str, request: Mapping[str, Any], deadline: float
        ) -> dict[str, Any]: ...

        def retrieve(
            self, kb_id: str, request: Mapping[str, Any], deadline: float
        ) -> dict[str, Any]: ...

        def dynamodb(
            self, operation: str, request: Mapping[str, Any], deadline: float
        ) -> dict[str, Any]: ...


_CONNECT_S = 2.0
# Converse says nothing until the whole answer is there: the caller's deadline is what ends it.
_MODEL_S = 300.0
_STORE_S = 3.0


class Aws:
    """The four services of the request path, a kept connection each. Not thread-safe."""

    def __init__(self, region: str) -> None:
        make = functools.partial(Client, region=region, connect_timeout_s=_CONNECT_S)
        bedrock = functools.partial(make, signing_name="bedrock", read_timeout_s=_MODEL_S)
        self._runtime = bedrock("bedrock-runtime")
        self._agents = bedrock("bedrock-agent-runtime")
        self._store = make("dynamodb", read_timeout_s=_STORE_S)
        self._keys = make("kms", read_timeout_s=_STORE_S)

    def converse(
        self, model_id: str, request: Mapping[str, Any], deadline: float
    ) -> dict[str, Any]:
        """`model_id` is an id, an inference profile's id or an ARN."""
        path = f"/model/{quote(model_id, safe='')}/converse"
        return self._runtime.call_json(path, request, deadline=deadline)

    def converse_stream(
        self,
        model_id: str,
        request: Mapping[str, Any],
        deadline: float,
        check_client: Callable[[], None],
    ) -> Events:
        """Read to its end, it leaves the connection open for the next call."""
        path = f"/model/{quote(model_id, safe='')}/converse-stream"
        return ConverseEvents(
            self._runtime.stream(path, request, deadline=deadline, check_client=check_client)
        )

    def invoke_model(
        self, model_id: str, request: Mapping[str, Any], deadline: float
    ) -> tuple[dict[str, Any], Mapping[str, str]]:
        """For what Converse does not do, such as embeddings."""
        path = f"/model/{quote(model_id, safe='')}/invoke"
        headers = {"content-type": "application/json", "accept": "application/json"}
        return self._runtime.call(path, request, headers=headers, deadline=deadline)

    def kms(self, operation: str, request: Mapping[str, Any], deadline: float) -> dict[str, Any]:
        """`operation` is KMS's own name, such as `GenerateMac`."""
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"TrentService.{operation}",
        }
        return self._keys.call_json("/", request, headers=headers, deadline=deadline)

    def apply_guardrail(
        self, guardrail_id: str, version: str, request: Mapping[str, Any], deadline: float
    ) -> dict[str, Any]:
        """`version` is a number, as text."""
        path = f"/guardrail/{quote(guardrail_id, safe='')}/version/{quote(version, safe='')}/apply"
        return self._runtime.call_json(path, request, deadline=deadline)

    def retrieve(self, kb_id: str, request: Mapping[str, Any], deadline: float) -> dict[str, Any]:
        path = f"/knowledgebases/{quote(kb_id, safe='')}/retrieve"
        return self._agents.call_json(path, request, deadline=deadline)

    def dynamodb(
        self, operation: str, request: Mapping[str, Any], deadline: float
    ) -> dict[str, Any]:
        """`operation` is DynamoDB's own name, such as `UpdateItem`."""
        headers = {
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": f"DynamoDB_20120810.{operation}",
        }
        return self._store.call_json("/", request, headers=headers, deadline=deadline)


@functools.cache
def client() -> Aws:
    """One for each execution environment, so that warm calls find their connections open."""
    return Aws(os.environ["AWS_REGION"])
