"""boto3 clients that answer from a script, each call checked against the service's model."""

from contextlib import ExitStack
from typing import Any

import boto3
from botocore.stub import Stubber


class Stubbed:
    """Give it where a command takes `Clients`; `close` complains of answers nobody asked for."""

    def __init__(self) -> None:
        self._stubs: dict[str, Stubber] = {}
        self._opened = ExitStack()

    def __call__(self, service: str, region: str) -> Any:
        return self.stub(service).client

    def stub(self, service: str) -> Stubber:
        if service not in self._stubs:
            keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
            client = boto3.client(service, region_name="us-east-1", **keys)
            self._opened.callback(client.close)
            self._stubs[service] = self._opened.enter_context(Stubber(client))
        return self._stubs[service]

    def answer(self, service: str, operation: str, answer: dict, **request: Any) -> None:
        """The next call of the service is this one, and has this answer."""
        self.stub(service).add_response(operation, answer, request)

    def refuse(self, service: str, operation: str, code: str, message: str = "") -> None:
        self.stub(service).add_client_error(operation, code, message)

    def close(self) -> None:
        with self._opened:
            for stub in self._stubs.values():
                stub.assert_no_pending_responses()


class Seen:
    """Equal to whatever is sent in its place, which it keeps."""

    value: Any = None

    def __eq__(self, other: object) -> bool:
        self.value = other
        return True

    __hash__ = None  # type: ignore[assignment]
