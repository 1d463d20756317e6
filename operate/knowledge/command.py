"""`python -m operate knowledge`: fill a knowledge base from a folder, and measure what it finds."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from config.load import environment_names
from operate.knowledge import evaluate, sync

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: "Commands") -> None:
    """Add `knowledge` and what can be done with it to the command line."""
    knowledge = commands.add_parser(
        "knowledge",
        help="fill a knowledge base from a folder, and measure what it finds",
        description="Knowledge bases as they are deployed. Needs AWS credentials of the "
        "environment's account. Exits with 2 if it could not be done.",
    )
    actions = knowledge.add_subparsers(required=True, metavar="ACTION")
    help = "ask the questions of knowledge-tests; exits with 1 if a threshold is not reached"
    evaluate.add_arguments(_add(actions, "evaluate", help, evaluate.run))
    help = "upload what changed in a folder; the platform indexes it by itself"
    sync.add_arguments(_add(actions, "sync", help, sync.run, of_folder=True))


def _add(
    actions: "Commands",
    name: str,
    help: str,
    run: Callable[[argparse.Namespace], int],
    *,
    of_folder: bool = False,
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
    if of_folder:
        parser.add_argument("folder", type=Path, metavar="FOLDER", help="whose documents it has")
    parser.add_argument("base", metavar="NAME", help="as the environment's file names it")
    parser.add_argument("--env", required=True, choices=environment_names(), help="where it runs")
    parser.add_argument("--json", action="store_true", help="print the outcome for machines")
    parser.set_defaults(run=run)
    return parser
