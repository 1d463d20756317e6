"""Closes the stray port (after gap 2 of local-cloud.md): only our loopback port is opened.

With TLS on and as root MiniStack also listens on 443, where it is not asked for. Nothing stays
approximate; a Cognito issuer URL without a port, which is what 443 is for, is not used here.
"""

from ministack import app


def close() -> None:
    """Make every further port look taken."""
    app._port_is_bindable = lambda *_: False
