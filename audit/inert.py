"""Text from a template inside a comment: shown, never obeyed. Names, tags and descriptions are
written by whoever opens the pull request, who may be anyone."""

import unicodedata

SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:/$%=+;?'-")
# Inside code these are themselves, and values are easier to read with them.
BRACKETS = frozenset('"(){}')
# Behind these GitHub and GitLab look for mentions, issues, commits and addresses.
LINKING = ("@", "#", "!", "~", "%")
BREAK = "&#8203;"


def code(text: str) -> str:
    """As code: nothing inside is a link, a mention, Markdown or HTML."""
    return f"<code>{_entities(_visible(text), SAFE | BRACKETS) or ' '}</code>"


def plain(text: str) -> str:
    """As prose: the same, with what would become a link broken by a character of no width."""
    found = _entities(_visible(text))
    for entity in (f"&#{ord(each)};" for each in LINKING):
        found = found.replace(entity, entity + BREAK)
    for scheme in ("://", "www.", "WWW.", "mailto:", "GH-", "gh-"):
        found = found.replace(scheme, scheme[0] + BREAK + scheme[1:])
    return found


def _visible(text: str) -> str:
    """Without what changes the order of what follows, or cannot be seen."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(each)[0] == "C" else each
        for each in text
    )


def _entities(text: str, safe: frozenset[str] = SAFE) -> str:
    return "".join(
        each if each in safe or (ord(each) > 127 and each.isalnum()) else f"&#{ord(each)};"
        for each in text
    )
