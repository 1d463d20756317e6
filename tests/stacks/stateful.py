"""The stores that a deployed platform has, and what each keeps for life: what upgrades must spare.

Reviewed in `snapshots/stateful.json`: `make snapshots` adds what is new, and takes nothing away.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from audit.replacement import fixed
from audit.view import Resource
from config.load import environment_names, load_environment
from tests.stacks.assembly import plain, stacks_of, template
from tests.stateful import STATEFUL

FILE = Path(__file__).parent / "snapshots" / "stateful.json"
# "prod/Foundation/KeysTable…": its type, and every property whose change would replace it.
Stores = dict[str, dict[str, Any]]


def stores(outdir: Path) -> Stores:
    """Everything stateful in an assembly; accounts and regions are left open."""
    return {
        f"{environment}/{stack}/{id}": _told(environment, stack, id, each)
        for environment in environment_names()
        for stack in stacks_of(outdir, environment)
        for id, each in template(outdir, environment, stack)["Resources"].items()
        if each["Type"] in STATEFUL
    }


def lost(before: Stores, now: Stores) -> Iterator[str]:
    """What an upgrade would delete or replace, a line each."""
    for name, store in before.items():
        if name not in now:
            yield f"{name}: {store['type']} is gone"
        elif now[name]["type"] != store["type"]:
            yield f"{name}: {store['type']} is {now[name]['type']} now"
        else:
            yield from _replaced(name, store["fixed"], now[name]["fixed"])


def committed() -> Stores:
    """As the file has them; none before the first `make snapshots`."""
    found: Stores = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}
    return found


def rendered(outdir: Path) -> str:
    """The file with what is new."""
    return json.dumps({**stores(outdir), **committed()}, indent=1, sort_keys=True) + "\n"


def _told(environment: str, stack: str, id: str, each: dict[str, Any]) -> dict[str, Any]:
    properties = plain(each.get("Properties", {}))
    resource = Resource(environment, stack, id, each["Type"], properties, each)
    declared = load_environment(environment)
    text = json.dumps(fixed(resource))
    text = text.replace(declared.account, "(account)").replace(declared.region, "(region)")
    return {"type": each["Type"], "fixed": json.loads(text)}


def _replaced(name: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for path in sorted(before.keys() | now.keys()):
        if before.get(path) != now.get(path):
            yield f"{name}: {path} was {before.get(path)}, is {now.get(path)}: it is replaced"
