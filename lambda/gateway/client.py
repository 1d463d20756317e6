"""Signed calls to one AWS service, JSON in and JSON out."""

from __future__ import annotations

import json
import os
import re
import time
from urllib.parse import urlsplit

from gateway.aws_json import error_of, is_success, object_of
from gateway.connection import Connection
from gateway.patience import NEVER
from gateway.sigv4 import Credentials, sign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from gateway.incoming import Incoming, Response

# `json.dumps` makes a new one for every call that wants anything special.
_ENCODER = json.JSONEncoder(separators=(",", ":"))
_JSON = {"content-type": "application/json"}

# botocore/data/partitions.json; the partitions without Bedrock are left out.
_DNS_SUFFIXES = {"cn": "amazonaws.com.cn", "eusc": "amazonaws.eu"}

_LOOPBACK = re.compile(r"localhost|::1|127(\.\d{1,3}){3}")


class Client:
    """`signing_name` is the service's name in the signature where it is not the endpoint's."""

    def __init__(
        self,
        service: str,
        *,
        region: str,
        connect_timeout_s: float,
        read_timeout_s: float,
        signing_name: str | None = None,
        endpoint: str | None = None,
    ) -> None:
        url = urlsplit(endpoint or endpoint_of(service, region))
        tls, host = url.scheme == "https", url.hostname or ""
        if not tls and not (url.scheme == "http" and _LOOPBACK.fullmatch(host)):
            raise ValueError(f"endpoint {url.geturl()!r}: want https://, or http:// on loopback")
        default_port = 443 if tls else 80
        port = url.port or default_port
        name = f"[{host}]" if ":" in host else host
        self._host = name if port == default_port else f"{name}:{port}"
        self._base = url.path.rstrip("/")
        self._region, self._signing_name = region, signing_name or service
        self._connection = Connection(
            host,
            port,
            tls=tls,
            connect_timeout_s=connect_timeout_s,
            read_timeout_s=read_timeout_s,
        )

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        headers: Mapping[str, str] = {},
        deadline: float = NEVER,
    ) -> Response:
        """One exchange, whatever its status; `path` is percent-encoded and may carry a query.

        Raises TimedOut or Unreachable; ValueError for a header that could not be sent safely.
        """
        target = self._base + path
        sent = self._signed(method, target, headers, body)
        return self._connection.exchange(method, target, sent, body, deadline=deadline)

    def call(
        self,
        path: str,
        request: Mapping[str, Any],
        *,
        headers: Mapping[str, str] = _JSON,
        deadline: float = NEVER,
    ) -> tuple[dict[str, Any], Mapping[str, str]]:
        """POST an object and return the object that answers, and the headers with lower-case names.

        Any status but 2xx is an AwsError.
        """
        response = self.request("POST", path, _text(request), headers=headers, deadline=deadline)
        if not is_success(response.status):
            raise error_of(response)
        return object_of(response.body), response.headers

    def call_json(
        self,
        path: str,
        request: Mapping[str, Any],
        *,
        headers: Mapping[str, str] = _JSON,
        deadline: float = NEVER,
    ) -> dict[str, Any]:
        """`call` without the headers, which rarely say anything."""
        return self.call(path, request, headers=headers, deadline=deadline)[0]

    def stream(
        self,
        path: str,
        request: Mapping[str, Any],
        *,
        deadline: float,
        check_client: Callable[[], None],
    ) -> Incoming:
        """POST an object and return as soon as the head of the answer is there, which is a 2xx."""
        target, body = self._base + path, _text(request)
        sent = self._signed("POST", target, _JSON, body)
        answer = self._connection.stream(
            "POST", target, sent, body, deadline=deadline, check_client=check_client
        )
        if not is_success(answer.status):
            raise error_of(answer.whole())
        return answer

    def _signed(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> dict[str, str]:
        sent = {"host": self._host, "accept-encoding": "identity", **headers}
        return sent | sign(
            method,
            target,
            sent,
            body,
            credentials=credentials(),
            region=self._region,
            signing_name=self._signing_name,
            at=time.time(),
        )


def endpoint_of(service: str, region: str) -> str:
    """https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html"""
    own = "AWS_ENDPOINT_URL_" + service.upper().replace("-", "_")
    suffix = _DNS_SUFFIXES.get(region.partition("-")[0], "amazonaws.com")
    return (
        os.environ.get(own)
        or os.environ.get("AWS_ENDPOINT_URL")
        or f"https://{service}.{region}.{suffix}"
    )


def credentials() -> Credentials:
    """Read for each request: three look-ups, and nothing to expire in a cache of ours."""
    try:
        return Credentials(
            os.environ["AWS_ACCESS_KEY_ID"],
            os.environ["AWS_SECRET_ACCESS_KEY"],
            os.environ.get("AWS_SESSION_TOKEN"),
        )
    except KeyError as missing:
        raise RuntimeError(f"no AWS credentials: {missing} is not in the environment") from None


def _text(request: Mapping[str, Any]) -> bytes:
    return _ENCODER.encode(request).encode()
