"""`python -m operate models`: what an operator does with the catalogue."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from operate.models.refresh import OVERRIDES, TARGET, Refreshed, refresh
from operate.preflight.command import register as register_preflight

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
EPILOG = "`make models` installs the packages first, pinned with hashes, and runs this."


def register(commands: "Commands") -> None:
    """Add `models` and what can be done with them to the command line."""
    models = commands.add_parser("models", help="rebuild the catalogue of models")
    actions = models.add_subparsers(required=True, metavar="ACTION")
    for register_action in (_register_refresh, register_preflight):
        register_action(actions)


def _register_refresh(actions: "Commands") -> None:
    parser = actions.add_parser(
        "refresh",
        help=f"rebuild config/{TARGET.name} from packages of public data",
        description=f"Rebuild config/{TARGET.name} from the packages that operate/models/"
        f"sources.toml names and the corrections of config/{OVERRIDES.name}.",
        epilog=EPILOG,
    )
    add = parser.add_argument
    add("--packages", type=Path, default=Path(".local/catalogue"), metavar="DIR",
        help="where the packages are installed (default: %(default)s)")  # fmt: skip
    add("--dry-run", action="store_true", help="write nothing; exit 1 if it would change")
    add("--json", action="store_true", help="print the summary for machines")
    parser.set_defaults(run=_refresh)


def _refresh(given: argparse.Namespace) -> int:
    done = refresh(given.packages, write=not given.dry_run)
    print(json.dumps(done.as_json(), indent=2) if given.json else _told(done))
    return int(given.dry_run and done.changed)


def _told(done: Refreshed) -> str:
    lines = [f"{kind}: {each}" for kind, each in done.changes] or ["no model changed"]
    lines += [f"warning: {each}" for each in done.warnings]
    return "\n".join([*lines, done.verdict])
