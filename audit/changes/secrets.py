"""Secrets written into what many may read: variables, outputs, parameters, user data."""

import re
from collections.abc import Iterator, Mapping

from audit.change import Change, Comparison, Hazard, on_change, on_environment
from audit.secret import is_called_secret, is_random_only, is_secret
from audit.shown import written_out
from audit.template import Json
from audit.view import View

DYNAMIC = re.compile(r"\{\{resolve:(secretsmanager|ssm-secure):")
# Attributes that are secrets, such as `${Stack/Key.SecretAccessKey}`.
ATTRIBUTE = re.compile(
    r"\$\{[^}]*\.(SecretAccessKey|[A-Za-z]*(Password|PrivateKey|SecretString|Token|ApiKey|SecretValue))\}"
)
PUBLIC_KEY = re.compile(r"BEGIN (PUBLIC KEY|CERTIFICATE)|^ssh-(rsa|ed25519)|^-----BEGIN RSA PUBLIC")
# CloudFormation resolves references here and the service keeps the value where many can read it.
PLAIN = (
    "Environment",
    "EnvironmentVariables",
    "UserData",
    "Tags",
    "Description",
    "Value",
    "Definition",
)
KEPT_SAFE = ("AWS::SecretsManager::Secret", "AWS::SSM::Parameter")


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


@on_change(
    "secret-resolved",
    category="secrets",
    fix="give the function the secret's ARN and let it read the value when it runs",
)
def references_stay_references(change: Change) -> Iterator[Hazard]:
    """No reference to a secret is resolved into where it can be read."""
    if not change.after:
        return
    before = set(_plain(change.before.properties, "")) if change.before else set()
    for place, value in sorted(set(_plain(change.after.properties, "")) - before):
        if DYNAMIC.search(value) or ATTRIBUTE.search(value):
            why = (
                "the deployment writes the secret's value where all readers of the resource see it"
            )
            yield Hazard("high", None, {place: "(a resolved secret)"}, why)


@on_environment(
    "secret-output", category="secrets", fix="put out the secret's ARN or name, never its value"
)
def outputs_hold_no_secret(compared: Comparison) -> Iterator[Hazard]:
    """No output of a stack is a secret: everyone who may describe the stack reads it."""
    hidden = _no_echo(compared.head)
    for name, value in compared.head.outputs.items():
        text = value if isinstance(value, str) else str(value)
        if compared.base.outputs.get(name) == value:
            continue
        refers = (
            DYNAMIC.search(text) or ATTRIBUTE.search(text) or any(each in text for each in hidden)
        )
        if refers or is_secret(text, named=is_called_secret(name)):
            yield Hazard(
                "critical",
                None,
                "(masked)",
                "everyone who may describe the stack can read it",
                subject=name,
            )


@on_environment(
    "secret-parameter",
    category="secrets",
    fix="set NoEcho, give no default, and pass the value at deployment",
)
def parameters_hide_secrets(compared: Comparison) -> Iterator[Hazard]:
    """No parameter has a secret as its default, and none that was hidden is shown."""
    before = _parameters(compared.base)
    for name, parameter in _parameters(compared.head).items():
        old = before.get(name, {})
        default = str(parameter.get("Default", ""))
        named = is_called_secret(name) or _is_hidden(parameter)
        new = default != str(old.get("Default", ""))
        if new and is_secret(default, named=named) and not _is_name(parameter):
            why = "the default is in the template for everyone to read"
            yield Hazard("critical", None, "(masked)", why, subject=name)
        if _is_hidden(old) and not _is_hidden(parameter):
            yield Hazard(
                "high",
                "NoEcho",
                "shown",
                "whoever may describe the stack reads the value",
                subject=name,
            )


def _is_name(parameter: Mapping[str, Json]) -> bool:
    """The default is what the value is called in the parameter store."""
    return str(parameter.get("Type", "")).startswith("AWS::SSM::")


def _leaves(value: Json, name: str = "") -> Iterator[tuple[str, str]]:
    """(name, text) of every text. Of `{Name: X, Value: Y}` the name is X."""
    if isinstance(value, Mapping):
        label = value.get("Name") or value.get("Key") or value.get("ParameterKey")
        for key, each in value.items():
            named = str(label) if label and key in ("Value", "ParameterValue") else str(key)
            yield from _leaves(each, named)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, name)
    elif isinstance(value, str):
        inner = written_out(value)
        if inner is None:
            yield name, value
        else:
            yield from _leaves(inner, name)


def _plain(value: Json, place: str, inside: bool = False) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _plain(each, f"{place}.{key}".lstrip("."), inside or key in PLAIN)
    elif isinstance(value, list):
        for each in value:
            yield from _plain(each, place, inside)
    elif isinstance(value, str) and inside:
        yield place, value


def _parameters(view: View) -> dict[str, Mapping[str, Json]]:
    return {
        f"{template.name}/{id}": each
        for template in view.templates.values()
        for id, each in template.section("Parameters").items()
        if isinstance(each, Mapping)
    }


def _is_hidden(parameter: Mapping[str, Json]) -> bool:
    return str(parameter.get("NoEcho", False)).lower() == "true"


def _no_echo(view: View) -> list[str]:
    return [
        f"${{{name.rpartition('/')[2]}}}"
        for name, each in _parameters(view).items()
        if _is_hidden(each)
    ]
