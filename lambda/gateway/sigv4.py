"""AWS Signature Version 4: a pure function of the request, the keys and the time.

The algorithm is botocore's, byte for byte (tests/unit/gateway/test_sigv4.py holds them together):
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import functools
import hmac
import time
from hashlib import sha256
from urllib.parse import quote

# The real one is in `typing`, a tenth of this package's import; mypy knows it by its name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_ALGORITHM = "AWS4-HMAC-SHA256"

# Proxies may add or change these on the way, so botocore leaves them out of the signature.
_UNSIGNED = {
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
}


class Credentials:
    __slots__ = ("access_key", "secret_key", "session_token")

    def __init__(self, access_key: str, secret_key: str, session_token: str | None = None) -> None:
        self.access_key = access_key
        self.secret_key = secret_key
        self.session_token = session_token


def sign(
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    credentials: Credentials,
    region: str,
    signing_name: str,
    at: float,
) -> dict[str, str]:
    """The headers that authenticate a request.

    `target` is path and query as they go over the wire, already percent-encoded; `headers` holds
    `host`; `at` is in seconds since the epoch.
    """
    timestamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
    added = {"x-amz-date": timestamp}
    if credentials.session_token:
        added["x-amz-security-token"] = credentials.session_token
    signed = _canonical_headers({**headers, **added})
    names = ";".join(signed)
    scope = f"{timestamp[:8]}/{region}/{signing_name}/aws4_request"
    request = _canonical_request(method, target, signed, names, body)
    text = f"{_ALGORITHM}\n{timestamp}\n{scope}\n{sha256(request.encode()).hexdigest()}"
    signature = _hmac(_signing_key(credentials.secret_key, scope), text).hex()
    added["authorization"] = (
        f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    return added


def _canonical_request(
    method: str, target: str, signed: Mapping[str, str], names: str, body: bytes
) -> str:
    path, _, query = target.partition("?")
    lines = [method.upper(), _canonical_path(path), _canonical_query(query)]
    lines += [f"{name}:{value}" for name, value in signed.items()]
    lines += ["", names, sha256(body).hexdigest()]
    return "\n".join(lines)


@functools.lru_cache(maxsize=64)
def _canonical_path(path: str) -> str:
    """Dot segments and repeated slashes removed, then encoded a second time, as for all but S3."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    last = "/" if kept and path.endswith("/") else ""
    return quote("/" + "/".join(kept) + last, safe="/~")


def _canonical_query(query: str) -> str:
    if not query:
        return ""
    pairs = sorted(pair.partition("=")[::2] for pair in query.split("&"))
    return "&".join(f"{name}={value}" for name, value in pairs)


def _canonical_headers(headers: Mapping[str, str]) -> dict[str, str]:
    trimmed = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    return {name: trimmed[name] for name in sorted(trimmed.keys() - _UNSIGNED)}


@functools.lru_cache(maxsize=8)
def _signing_key(secret_key: str, scope: str) -> bytes:
    """The same for a day, a service and the hours that a function's keys are good for."""
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
