"""Secrets among the parameters of stacks."""

from collections.abc import Iterator, Mapping

from audit.change import Comparison, Hazard, on_environment
from audit.secret import is_called_secret, is_secret
from audit.secret_places import is_hidden, parameters
from audit.template import Json


@on_environment(
    "secret-parameter",
    category="secrets",
    fix="set NoEcho, give no default, and pass the value at deployment",
)
def parameters_hide_secrets(compared: Comparison) -> Iterator[Hazard]:
    """No parameter has a secret as its default, and every one that is a secret is hidden."""
    before = parameters(compared.base)
    for name, parameter in parameters(compared.head).items():
        old = before.get(name, {})
        default = str(parameter.get("Default", ""))
        named = is_called_secret(name) or is_hidden(parameter)
        new = default != str(old.get("Default", ""))
        if new and is_secret(default, named=named) and not _is_name(parameter):
            why = "the default is in the template for everyone to read"
            yield Hazard("critical", None, "(masked)", why, subject=name)
        shown = not is_hidden(parameter) and not default and not _is_name(parameter)
        if not old and shown and is_called_secret(_short(name)):
            why = "whoever may describe the stack reads the value"
            yield Hazard("medium", None, "not hidden", why, subject=name)
        if is_hidden(old) and not is_hidden(parameter):
            yield Hazard(
                "high",
                "NoEcho",
                "shown",
                "whoever may describe the stack reads the value",
                subject=name,
            )


def _short(name: str) -> str:
    return name.rpartition("/")[2]


def _is_name(parameter: Mapping[str, Json]) -> bool:
    """The default is what the value is called in the parameter store."""
    return str(parameter.get("Type", "")).startswith("AWS::SSM::")
