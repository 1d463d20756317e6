"""`python -m operate`: one module per command; each registers itself and says what it runs."""

import argparse
import sys

from config.errors import ConfigError
from operate.delivery import command as delivery
from operate.drill import command as drill
from operate.errors import OperateError
from operate.guardrails import command as guardrails
from operate.kept import command as kept
from operate.keys import command as keys
from operate.knowledge import command as knowledge
from operate.models import command as models

COMMANDS = (models, keys, drill, kept, guardrails, delivery, knowledge)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status, or 2 when it could not be run."""
    given = _parser().parse_args(arguments)
    try:
        status: int = given.run(given)
    except (OperateError, ConfigError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m operate", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.register(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
