"""Text in base 64, encoded only to be passed on, such as user data: it is read as it was."""

import base64
import binascii
import re

ENCODED = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{32,}={0,2}(?![A-Za-z0-9+/=])")


def unwrapped(text: str) -> str:
    """The text with what is encoded in it written out, where that is text too."""
    return ENCODED.sub(lambda each: decoded(each[0]) or each[0], text)


def decoded(encoded: str) -> str:
    """Empty for what is no text in base 64."""
    try:
        text = base64.b64decode(encoded, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return text if text.replace("\n", "").replace("\t", "").isprintable() else ""
