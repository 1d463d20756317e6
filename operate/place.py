"""Whether a command talks to AWS itself or to the embedded AWS, which only approximates it."""

from typing import Any
from urllib.parse import urlsplit

from config.schema import Environment

# No account of AWS has it; MiniStack's root does.
EMBEDDED_ACCOUNT = "000000000000"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def is_embedded(environment: Environment, client: Any) -> bool:
    """Judged by where the client sends, and by whose account answers."""
    host = urlsplit(client.meta.endpoint_url).hostname
    return host in LOOPBACK or environment.account == EMBEDDED_ACCOUNT
