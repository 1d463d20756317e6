"""`python -m audit`: one module per command; the first argument names it, or is the base."""

import sys
from collections.abc import Callable, Mapping, Sequence

from audit import command, explain
from audit.errors import AuditError
from audit.ledger import command as ledger
from audit.rules import command as rules

COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "explain": explain.main,
    "rules": rules.main,
    "ledger": ledger.main,
    "why": ledger.main_why,
}


def main(arguments: Sequence[str]) -> int:
    """Run one command, or else compare; the exit status, or 2 when that could not be done."""
    name = arguments[0] if arguments else ""
    try:
        if name in COMMANDS:
            return COMMANDS[name](arguments[1:])
        return command.main(arguments)
    except AuditError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
