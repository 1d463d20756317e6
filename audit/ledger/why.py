"""Which deployment set what is live now: the last one that changed it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from audit.errors import AuditError
from audit.ledger.chain import live
from audit.ledger.entry import DEPLOYED, ROLLED_BACK, Entry, Json

KINDS = ("guardrail", "alias", "model")


@dataclass(frozen=True)
class Reason:
    """`unsure` are later deployments of which nobody knows what they left behind."""

    entry: Entry
    before: Json
    after: Json
    unsure: Sequence[Entry]


def why(chain: Sequence[Entry], environment: str, kind: str, name: str) -> Reason:
    """Raises AuditError if no such thing was ever live there."""
    own = [each for each in chain if each.deployment.environment == environment]
    done = [each for each in own if each.deployment.outcome == DEPLOYED]
    look = _lookup(kind, environment, name)
    changes = [each for each in done if _after(each, look) != look(each.deployment.before)]
    if not changes:
        known = sorted(_names(live(chain, environment), kind))
        raise AuditError(f"{environment} never had the {kind} {name!r}; it has {known}")
    last = changes[-1]
    return Reason(last, look(last.deployment.before), _after(last, look), _unsure(own))


def _unsure(own: Sequence[Entry]) -> list[Entry]:
    """Those after the last known state: what only started may still have changed something."""
    found: list[Entry] = []
    for each in own:
        settled = each.deployment.outcome in (DEPLOYED, ROLLED_BACK)
        found = [] if settled else [*found, each]
    return found


def _after(entry: Entry, look: Callable[[Mapping[str, Json]], Json]) -> Json:
    return look(entry.deployment.after)


def _lookup(kind: str, environment: str, name: str) -> Callable[[Mapping[str, Json]], Json]:
    """`standard` also finds `strata-prod-standard`: in an account names say whose they are."""
    if kind == "model":
        return lambda content: _aliases_of(content, name) or None
    table = {"guardrail": "guardrails", "alias": "aliases"}[kind]

    def look(content: Mapping[str, Json]) -> Json:
        known = content.get(table, {})
        ends = [each for each in known if each.endswith(f"-{environment}-{name}")]
        return known.get(name, known.get(ends[0]) if len(ends) == 1 else None)

    return look


def _aliases_of(content: Mapping[str, Json], model: str) -> dict[str, int]:
    """The aliases that a model serves, each with its place in their order."""
    return {
        alias: told["models"].index(model) + 1
        for alias, told in sorted(content.get("aliases", {}).items())
        if model in told["models"]
    }


def _names(content: Mapping[str, Json], kind: str) -> set[str]:
    if kind == "model":
        return {each for told in content.get("aliases", {}).values() for each in told["models"]}
    return set(content.get({"guardrail": "guardrails", "alias": "aliases"}[kind], {}))
