"""`python -m config`: judge, price, compare and promote environments, without an account."""

import argparse
import sys
from datetime import date

from config.check import check
from config.cost import Request, cost
from config.diff import diff
from config.errors import ConfigError
from config.load import environment_names


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when all is well, 1 when something fails, 2 when it is not understood.

    `diff` answers like diff(1): 0 when nothing differs, 1 when something does, 2 in trouble.
    """
    given = _given(_parser(), arguments)
    try:
        return int(given.run(given))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2 if given.run is _diff else 1


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

    differing = commands.add_parser("diff", help="how does one environment differ from another?")
    differing.add_argument("one", metavar="ENV")
    differing.add_argument("other", metavar="ENV")
    differing.add_argument("--json", action="store_true", help="print it for machines")
    differing.set_defaults(run=_diff)

    promoting = commands.add_parser("promote", help="write what one has proven into another's file")
    promoting.add_argument("source", metavar="FROM")
    promoting.add_argument("target", metavar="TO")
    about = "a path such as aliases.chat-default or guardrails; what travels by default unless said"
    promoting.add_argument("what", nargs="*", metavar="WHAT", help=about)
    promoting.add_argument("--today", type=date.fromisoformat, default=date.today(), metavar="DATE")
    promoting.add_argument("--dry-run", action="store_true", help="show the change, write nothing")
    promoting.set_defaults(run=_promote)
    return parser


def _given(parser: argparse.ArgumentParser, arguments: list[str] | None) -> argparse.Namespace:
    """Paths may also come after an option, where argparse expects no more of them."""
    given, rest = parser.parse_known_args(arguments)
    if rest and ("what" not in given or any(each.startswith("-") for each in rest)):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        given.what += rest
    return given


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


def _diff(given: argparse.Namespace) -> int:
    return diff(given.one, given.other, as_json=given.json)


def _promote(given: argparse.Namespace) -> int:
    # It edits TOML with a package that nothing else here needs.
    from config.promote import promote

    return promote(given.source, given.target, given.what, today=given.today, dry_run=given.dry_run)


if __name__ == "__main__":
    sys.exit(main())
