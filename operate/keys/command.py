"""`python -m operate keys`: what an operator does with a tenant's API keys."""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from config.load import environment_names, load_environment
from config.names import EVERYONE
from operate.errors import OperateError
from operate.keys import told
from operate.keys.row import DAY_S, HOUR_S, Row
from operate.keys.store import KeyStore

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
    Run = Callable[[argparse.Namespace, KeyStore, int], tuple[str, dict[str, object]]]
DEFAULT_DAYS, MOST_DAYS = 365, 1_095
DEFAULT_GRACE_HOURS, MOST_GRACE_HOURS = 24, 720


def register(commands: "Commands") -> None:
    """Add `keys` and what can be done with them to the command line."""
    keys = commands.add_parser(
        "keys",
        help="issue, rotate, revoke and list the API keys of a tenant",
        description="The API keys of a tenant that an environment's file declares. Needs AWS "
        "credentials of the environment's account. Exits with 2 if it could not be done.",
    )
    actions = keys.add_subparsers(required=True, metavar="ACTION")
    issue = _add(actions, "issue", _issue, "make a key and show it, this once")
    rotate = _add(actions, "rotate", _rotate, "make a new key; the tenant's others soon end")
    revoke = _add(actions, "revoke", _revoke, f"end keys now, {told.SOON}")
    _add(actions, "list", _list, "show what keys there are, but none of them itself")
    for parser in (issue, rotate):
        parser.add_argument("--days", type=_whole(1, MOST_DAYS), default=DEFAULT_DAYS,
            help="how long the new key is good (default: %(default)s)")  # fmt: skip
        parser.add_argument("--groups", type=_names, metavar="GROUP,...",
            help="of the tenant's groups, those whose documents the key may read (default: "
            "issue: all; rotate: those of the keys that end)")  # fmt: skip
    rotate.add_argument("--grace-hours", type=_whole(0, MOST_GRACE_HOURS), metavar="HOURS",
        default=DEFAULT_GRACE_HOURS,
        help="how long the others still are (default: %(default)s; 0 ends them now)")  # fmt: skip
    which = revoke.add_mutually_exclusive_group(required=True)
    which.add_argument("--key", metavar="KEY_ID", help="the key with this id, as `list` shows it")
    which.add_argument("--all", action="store_true", help="every key of the tenant")


def _add(actions: "Commands", name: str, run: "Run", help: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
    parser.add_argument("tenant", metavar="TENANT", help="as the environment's file names it")
    parser.add_argument(
        "--env", required=True, choices=environment_names(), help="whose tenant it is"
    )
    parser.add_argument("--json", action="store_true", help="print the outcome for machines")
    parser.set_defaults(run=lambda given: _done(given, run))
    return parser


def _done(given: argparse.Namespace, run: "Run") -> int:
    environment = load_environment(given.env)
    if given.tenant not in environment.tenants:
        declared = sorted(environment.tenants)
        raise OperateError(f"no tenant {given.tenant!r} in {given.env}; it declares {declared}")
    text, outcome = run(given, KeyStore(environment), int(time.time()))
    print(json.dumps(outcome, indent=2) if given.json else text)
    return 0


def _issue(given: argparse.Namespace, store: KeyStore, now: int) -> tuple[str, dict[str, object]]:
    expires_at, groups = now + given.days * DAY_S, _declared(given)
    key, row = store.issue(given.tenant, now=now, expires_at=expires_at, groups=groups)
    return told.issued(key, row), {"key": key, **row.as_json(now)}


def _rotate(given: argparse.Namespace, store: KeyStore, now: int) -> tuple[str, dict[str, object]]:
    # Listed before the new one is made: of two rotations at once, one key is left to last.
    others = [row for row in store.of(given.tenant) if row.is_good(now)]
    groups = _kept(others) if given.groups is None else _declared(given)
    expires_at = now + given.days * DAY_S
    key, row = store.issue(given.tenant, now=now, expires_at=expires_at, groups=groups)
    end = now + given.grace_hours * HOUR_S
    for other in others:
        store.expire(other, end)
    ending = [other.ending(end) for other in others]
    outcome = {"key": key, **row.as_json(now), "others": [each.as_json(now) for each in ending]}
    return f"{told.issued(key, row)}\n{told.ending(ending)}", outcome


def _revoke(given: argparse.Namespace, store: KeyStore, now: int) -> tuple[str, dict[str, object]]:
    rows = store.of(given.tenant)
    chosen = rows if given.all else _find(rows, given.key, given.tenant)
    for row in chosen:
        store.revoke(row, now)
    ids = [row.id for row in chosen]
    return told.revoked(ids, given.tenant), {"revoked": ids}


def _list(given: argparse.Namespace, store: KeyStore, now: int) -> tuple[str, dict[str, object]]:
    rows = store.of(given.tenant)
    return told.table(rows, now), {"keys": [row.as_json(now) for row in rows]}


def _declared(given: argparse.Namespace) -> tuple[str, ...] | None:
    """The groups that were asked for; a key is never given more than its tenant has."""
    tenant = load_environment(given.env).tenants[given.tenant]
    if given.groups and (unknown := sorted({*given.groups} - {*tenant.groups, EVERYONE})):
        has = sorted({*tenant.groups, EVERYONE})
        raise OperateError(f"{given.tenant} has no group {unknown}; in {given.env} it has {has}")
    chosen: tuple[str, ...] | None = given.groups
    return chosen


def _kept(others: Sequence[Row]) -> tuple[str, ...] | None:
    """What the keys read that a new one replaces: if they differ, nobody can guess which."""
    read = {row.groups for row in others}
    if len(read) > 1:
        keys = "; ".join(f"{row.id}: {told.groups(row.groups)}" for row in others)
        raise OperateError(f"the tenant's keys read different documents ({keys}); say --groups")
    return read.pop() if read else None


def _find(rows: Sequence[Row], id: str, tenant: str) -> list[Row]:
    if found := [row for row in rows if row.id == id]:
        return found
    raise OperateError(f"{tenant} has no key {id!r}; it has {[row.id for row in rows]}")


def _names(text: str) -> tuple[str, ...]:
    names = tuple(sorted({name.strip() for name in text.split(",")}))
    if not all(names):
        raise argparse.ArgumentTypeError(f"{text!r} is no list such as staff,finance")
    return names


def _whole(low: int, high: int) -> Callable[[str], int]:
    def whole(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {low} to {high}")
        return int(text)

    return whole
