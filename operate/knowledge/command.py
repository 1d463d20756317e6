"""`python -m operate knowledge`: measure what a knowledge base finds."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from config.load import environment_names
from operate.knowledge import evaluate

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: "Commands") -> None:
    """Add `knowledge` and what can be done with it to the command line."""
    knowledge = commands.add_parser(
        "knowledge",
        help="measure what a knowledge base finds",
        description="Knowledge bases as they are deployed. Needs AWS credentials of the "
        "environment's account. Exits with 2 if it could not be done.",
    )
    actions = knowledge.add_subparsers(required=True, metavar="ACTION")
    help = "ask the questions of knowledge-tests; exits with 1 if a threshold is not reached"
    evaluate.add_arguments(_add(actions, "evaluate", help, evaluate.run))


def _add(
    actions: "Commands", name: str, help: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
    parser.add_argument("base", metavar="NAME", help="as the environment's file names it")
    parser.add_argument("--env", required=True, choices=environment_names(), help="where it runs")
    parser.add_argument("--json", action="store_true", help="print the outcome for machines")
    parser.set_defaults(run=run)
    return parser
