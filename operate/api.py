"""The platform's own API, asked as an application asks it; the key is never shown."""

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from operate.errors import OperateError

VARIABLE = "STRATA_API_KEY"
SECONDS = 120.0
# What may be gone when it is asked again: too many requests, and what is down for a moment.
PASSING = (429, 500, 502, 503, 504)
TRIES = 5
HINTS = {
    401: "is the key of this environment?",
    403: "may the key's tenant use the alias?",
    404: "may the key's tenant use the alias?",
    429: "is the tenant's budget used up?",
}

Completion = Mapping[str, Any]
Ask = Callable[[str, str], Completion]


def find_key(file: Path | None) -> str:
    """The key from the file, or from the environment; raises OperateError."""
    try:
        key = file.read_text(encoding="ascii").strip() if file else os.environ.get(VARIABLE, "")
    except (OSError, UnicodeDecodeError) as error:
        raise OperateError(f"the key file {file} cannot be read: {error}") from None
    if not key:
        raise OperateError(f"no API key: give --key-file FILE, or set {VARIABLE}")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise OperateError("that is no API key: a key is one word of printable ASCII")
    return key


def asker(base_url: str, key: str) -> Ask:
    """Asks an alias for one chat completion; raises OperateError for what is refused."""
    if not base_url.startswith("https://"):
        raise OperateError(f"{base_url!r} is no https address: a key is sent there")

    opener = urllib.request.build_opener(_StaysHere)

    def ask(alias: str, question: str) -> Completion:
        body = {"model": alias, "messages": [{"role": "user", "content": question}]}
        request = urllib.request.Request(
            f"{base_url.rstrip('/')}/chat/completions",
            data=json.dumps(body).encode(),
            headers={"authorization": f"Bearer {key}", "content-type": "application/json"},
        )
        return _answered(opener, request)

    return ask


class _StaysHere(urllib.request.HTTPRedirectHandler):
    """A redirect is an error: urllib would send the key along to wherever it leads."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _answered(opener: urllib.request.OpenerDirector, request: urllib.request.Request) -> Completion:
    for wait in (*(2**n for n in range(TRIES - 1)), None):
        try:
            with opener.open(request, timeout=SECONDS) as answer:
                completion: Completion = json.load(answer)
                return completion
        except urllib.error.HTTPError as error:
            error.close()
            if wait is None or error.code not in PASSING:
                raise OperateError(_refusal(error.code)) from None
            time.sleep(wait)
        except (OSError, ValueError) as error:
            kind = type(error).__name__
            raise OperateError(
                f"the API gave no answer that can be read: {kind}: {error}"
            ) from None
    raise AssertionError("the last try answers or raises")


def _refusal(status: int) -> str:
    hint = HINTS.get(status, "its logs say more")
    return f"the API refused a question with status {status}; {hint}"
