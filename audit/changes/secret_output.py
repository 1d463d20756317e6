"""Secrets among the outputs of stacks."""

from collections.abc import Iterator

from audit.change import Comparison, Hazard, on_environment
from audit.secret import is_called_secret, is_secret
from audit.secret_places import ATTRIBUTE, DYNAMIC, is_hidden, parameters
from audit.view import View


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


def _no_echo(view: View) -> list[str]:
    return [
        f"${{{name.rpartition('/')[2]}}}"
        for name, each in parameters(view).items()
        if is_hidden(each)
    ]
