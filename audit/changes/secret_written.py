"""Secrets written into what many may read: variables, user data, metadata."""

import re
from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.secret import is_called_secret, is_random_only, is_secret
from audit.shown import written_out
from audit.template import Json

PUBLIC_KEY = re.compile(r"BEGIN (PUBLIC KEY|CERTIFICATE)|^ssh-(rsa|ed25519)|^-----BEGIN RSA PUBLIC")

# What the value beside it is called.
LABELS = ("Name", "Key", "ParameterKey", "ParameterName", "HeaderName")
LABELLED = ("Value", "ParameterValue", "HeaderValue")


@on_change(
    "secret-written",
    category="secrets",
    fix="keep it in Secrets Manager, read it at run time, and rotate it: it was in a repository",
)
def no_secret_is_written_out(change: Change) -> Iterator[Hazard]:
    """No value in a template is a secret."""
    if not change.after:
        return
    before = set(_leaves(change.before.properties)) if change.before else set()
    parts = (("", change.after.properties), ("Metadata", change.after.metadata))
    for name, value in (each for _, part in parts for each in _leaves(part)):
        if (name, value) in before or PUBLIC_KEY.search(value):
            continue
        called = is_called_secret(name)
        if is_secret(value, named=called):
            severity = "high" if is_random_only(value) and not called else "critical"
            why = "everyone who can read the template or the resource has it"
            yield Hazard(severity, None, {name: "(masked)"}, why)


def _leaves(value: Json, name: str = "") -> Iterator[tuple[str, str]]:
    """(name, text) of every text. Of `{Name: X, Value: Y}` the name is X."""
    if isinstance(value, Mapping):
        label = next((value[each] for each in LABELS if value.get(each)), None)
        for key, each in value.items():
            yield from _leaves(each, str(label) if label and key in LABELLED else str(key))
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, name)
    elif isinstance(value, str):
        inner = written_out(value)
        if inner is None:
            yield name, value
        else:
            yield from _leaves(inner, name)
