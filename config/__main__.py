"""`python -m config`: judge environments and price them, without an account or a network."""

import argparse
import sys
from datetime import date

from config.check import check
from config.cost import Request, cost
from config.errors import ConfigError
from config.load import environment_names


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when all is well, 1 when something fails, 2 when it is not understood."""
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m config", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    checking = commands.add_parser("check", help="may these environments be deployed?")
    checking.add_argument("names", nargs="*", metavar="ENV", help="all of them unless named")
    checking.add_argument("--today", type=date.fromisoformat, default=date.today(), metavar="DATE")
    checking.add_argument("--against", metavar="REV", help="what is deployed, as a git revision")
    checking.add_argument("--json", action="store_true", help="print it for machines")
    checking.set_defaults(run=_check)

    costing = commands.add_parser("cost", help="what does an environment cost, idle and in use?")
    costing.add_argument("name", metavar="ENV")
    typical = Request()
    for field, value in vars(typical).items():
        flag = f"--{field.replace('_', '-')}"
        costing.add_argument(flag, type=_count, default=value, metavar="N", help=f"default {value}")
    costing.add_argument("--json", action="store_true", help="print it for machines")
    costing.set_defaults(run=_cost)
    return parser


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{value} is less than nothing")
    return value


def _check(given: argparse.Namespace) -> int:
    names = given.names or environment_names()
    return check(names, today=given.today, against=given.against, as_json=given.json)


def _cost(given: argparse.Namespace) -> int:
    typical = Request(**{field: getattr(given, field) for field in vars(Request())})
    return cost(given.name, typical, as_json=given.json)


if __name__ == "__main__":
    sys.exit(main())
