"""Which guardrails the handlers use: read from the function that uses them, not from the files."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from config.content import content_of
from config.schema import Environment
from operate.errors import OperateError
from operate.handlers import told
from operate.preflight.account import Clients
from operate.refusals import explained as refused

HOWTO = "docs/howto/test-a-guardrail.md"
explained = partial(refused, howto=HOWTO, stack="Gateway")


@dataclass(frozen=True)
class Deployed:
    """A guardrail at the version that the handlers use; `declared` is what the file says now."""

    name: str
    id: str
    version: str
    content: str
    declared: str

    @property
    def in_sync(self) -> bool:
        return self.content == self.declared


def find_deployed(environment: Environment, clients: Clients) -> tuple[Deployed, ...]:
    """Every guardrail of the environment; raises OperateError if it is not deployed whole."""
    used = told(environment, clients, howto=HOWTO)["guardrails"]
    bedrock = clients("bedrock", environment.region)
    return tuple(
        _deployed(environment, name, used, bedrock) for name in sorted(environment.guardrails)
    )


def _deployed(
    environment: Environment, name: str, used: Mapping[str, Any], bedrock: Any
) -> Deployed:
    if name not in used:
        raise OperateError(f"guardrail {name!r} is not deployed; the handlers know {sorted(used)}")
    id, version = used[name][:2]
    with explained("bedrock:GetGuardrail"):
        said = bedrock.get_guardrail(guardrailIdentifier=id, guardrailVersion=version)
    content = said.get("description", "").removeprefix("content ")
    return Deployed(name, id, version, content, content_of(environment.guardrails[name]))
