"""`python -m audit`: one module per command; the first argument names it."""

import sys
from collections.abc import Callable, Mapping, Sequence

from audit.errors import AuditError
from audit.rules import command as rules

COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "rules": rules.main,
}


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit status, or 2 when it could not be run."""
    name, *rest = arguments or [""]
    if name not in COMMANDS:
        print(f"error: no command {name!r}; there are {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    try:
        return COMMANDS[name](rest)
    except AuditError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
