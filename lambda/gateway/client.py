"""Signed calls to one AWS service, JSON in and JSON out."""

from __future__ import annotations

import json
import os
import re
import time
from urllib.parse import urlsplit

from gateway.connection import Connection, Response
from gateway.failures import AwsError, UpstreamFailure
from gateway.sigv4 import Credentials, sign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

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
        deadline: float | None = None,
    ) -> Response:
        """One exchange, whatever its status; `path` is percent-encoded and may carry a query.

        Raises TimedOut or Unreachable; ValueError for a header that could not be sent safely.
        """
        target = self._base + path
        sent = {"host": self._host, "accept-encoding": "identity", **headers}
        sent |= sign(
            method,
            target,
            sent,
            body,
            credentials=credentials(),
            region=self._region,
            signing_name=self._signing_name,
            at=time.time(),
        )
        return self._connection.exchange(method, target, sent, body, deadline=deadline)

    def call_json(
        self,
        path: str,
        request: Mapping[str, Any],
        *,
        headers: Mapping[str, str] = _JSON,
        deadline: float | None = None,
    ) -> dict[str, Any]:
        """POST an object and return the object that answers; any status but 2xx is an AwsError."""
        body = json.dumps(request, separators=(",", ":")).encode()
        response = self.request("POST", path, body, headers=headers, deadline=deadline)
        if not 200 <= response.status < 300:
            raise error_of(response)
        return _object(response.body)


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


def error_of(response: Response) -> AwsError:
    """The order and the trimming are botocore's (parsers.py, BaseRestParser and BaseJSONParser)."""
    try:
        body = json.loads(response.body or b"{}")
    except ValueError:  # a proxy's page
        body = {"message": response.body.decode(errors="replace")}
    if not isinstance(body, dict):
        body = {"message": str(body)}
    named = (response.headers.get("x-amzn-errortype"), *map(body.get, ("code", "Code", "__type")))
    code = next((str(name) for name in named if name), str(response.status))
    detail = body.get("message") or body.get("Message") or ""
    return AwsError(response.status, _bare(code), detail=str(detail))


def _bare(code: str) -> str:
    """`com.amazon.coral#ThrottlingException:http://…` is a ThrottlingException."""
    return code.split(":", 1)[0].rsplit("#", 1)[-1]


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        detail = body[:500].decode(errors="replace")
        raise UpstreamFailure("AWS answered with something other than a JSON object", detail=detail)
    return value
