"""Secrets written into what many may read: variables, user data, metadata."""

import re
from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.secret import is_called_secret, is_random_only, is_secret
from audit.secret_places import DYNAMIC
from audit.shown import written_out
from audit.template import Json
from audit.view import Resource

PUBLIC_KEY = re.compile(r"BEGIN (PUBLIC KEY|CERTIFICATE)|^ssh-(rsa|ed25519)|^-----BEGIN RSA PUBLIC")
# A name that might be any key's, and is a secret's if its value is random or hexadecimal.
KEY, HEXADECIMAL = re.compile(r"[a-z_-]key$", re.IGNORECASE), re.compile(r"[0-9a-fA-F]{32,}")

CDK = ("aws:cdk:", "aws:asset:")
# What the value beside it is called.
LABELS = ("Name", "Key", "ParameterKey", "ParameterName", "HeaderName")
LABELLED = ("Value", "ParameterValue", "HeaderValue")
# How CodeBuild says that a variable's value is only the name of a secret.
STORES = ("SECRETS_MANAGER", "PARAMETER_STORE")


@on_change(
    "secret-written",
    category="secrets",
    fix="keep it in Secrets Manager, read it at run time, and rotate it: it was in a repository",
)
def no_secret_is_written_out(change: Change) -> Iterator[Hazard]:
    """No value in a template is a secret."""
    if not change.after:
        return
    before = set(_written(change.before)) if change.before else set()
    kept = set(_kept(change.before.properties)) if change.before else set()
    for name, value in _written(change.after):
        if (name, value) in before or PUBLIC_KEY.search(value):
            continue
        called = is_called_secret(name) or name in kept or _is_key(name, value)
        if is_secret(value, named=called):
            doubtful = is_random_only(value) and not called and not KEY.search(name)
            severity = "high" if doubtful else "critical"
            why = "everyone who can read the template or the resource has it"
            yield Hazard(severity, None, {name: "(masked)"}, why)


def _is_key(name: str, value: str) -> bool:
    """Long hexadecimal text is a secret where its name says that it is a key: `PAY_KEY`."""
    return bool(KEY.search(name) and HEXADECIMAL.fullmatch(value))


def _kept(value: Json) -> Iterator[str]:
    """The names of what is read from where secrets are kept, and not written."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if isinstance(each, str) and DYNAMIC.search(each):
                yield str(value.get("Name", name) if name in LABELLED else name)
            yield from _kept(each)
        if value.get("ValueFrom") or value.get("Type") in STORES:
            yield str(value.get("Name"))
    elif isinstance(value, list):
        for each in value:
            yield from _kept(each)


def _written(resource: Resource) -> Iterator[tuple[str, str]]:
    """What a resource says, without what CDK notes of its own constructs."""
    yield from _leaves(resource.properties)
    yield from _leaves(
        {name: each for name, each in resource.metadata.items() if not name.startswith(CDK)}
    )


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
