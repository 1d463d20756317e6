"""`python -m local`: the whole platform on this machine, up, down, asked and looked at."""

import argparse
import json
import os
import shlex
import sys
from pathlib import Path

from config.load import load_environment
from local import platform_file, processes
from local.ask import ask, show
from local.client_environment import client_environment
from local.lock import alone
from local.state import DEFAULT_DIRECTORY, Home
from local.steps import StepFailed, console, explain, step
from local.up import ALIAS, ENVIRONMENT, QUESTION, up


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it worked, 1 when it did not, 2 when it was not understood."""
    given = _parser().parse_args(arguments)
    home = Home(given.home.resolve())
    commands = {"up": _up, "down": _down, "status": _status, "ask": _ask, "env": _env}
    try:
        if given.command in ("up", "down"):
            with alone(home):
                return commands[given.command](home, given)
        return commands[given.command](home, given)
    except StepFailed as failure:
        explain(failure)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument(
        "--home",
        type=Path,
        default=DEFAULT_DIRECTORY,
        help="where state and logs are kept (default: .local in the repository)",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("up", help="start, deploy the local environment, and ask a question")
    commands.add_parser("down", help="stop everything that `up` started; what was deployed is lost")
    status = commands.add_parser("status", help="say what runs; exit status 1 if not all does")
    status.add_argument("--json", action="store_true", help="print it for machines")
    ask = commands.add_parser("ask", help="ask the local platform a question")
    ask.add_argument("question", nargs="?", default="", help=f"default: {QUESTION}")
    ask.add_argument("--alias", default=ALIAS, help=f"which alias answers (default: {ALIAS})")
    ask.add_argument("--json", action="store_true", help="print the API's whole answer")
    point = 'point a shell at it: eval "$(python -m local env)"'
    commands.add_parser("env", help=point)
    return parser


def _up(home: Home, given: argparse.Namespace) -> int:
    up(home)
    return 0


def _down(home: Home, given: argparse.Namespace) -> int:
    running = any(each.pid for each in processes.status(home))
    with step("Stop the embedded AWS and the language model"):
        processes.stop(home)
    platform_file.forget(home)
    if running:
        console.print("Stopped. What was deployed locally is gone; `make up` deploys it again.")
    else:
        console.print("Nothing was running.")
    return 0


def _status(home: Home, given: argparse.Namespace) -> int:
    services = processes.status(home)
    deployed = platform_file.read(home)
    running = all(each.healthy for each in services) and deployed is not None
    if given.json:
        print(json.dumps(_facts(running, services, deployed), indent=2))
    else:
        _show_status(services, deployed if running else None)
    return 0 if running else 1


def _facts(
    running: bool,
    services: tuple[processes.Status, ...],
    deployed: platform_file.Deployed | None,
) -> dict[str, object]:
    how = vars(deployed) if running and deployed else {}
    return {
        "running": running,
        "base_url": how.get("base_url"),
        "api_key": how.get("api_key"),
        "ca_file": how.get("ca_file"),
        "pids": {each.service: each.pid for each in services if each.pid},
        "ports": {each.service: each.port for each in services if each.pid},
        "logs": {each.service: str(each.log) for each in services},
    }


def _show_status(
    services: tuple[processes.Status, ...], deployed: platform_file.Deployed | None
) -> None:
    for each in services:
        state = "[green]healthy[/]" if each.healthy else "[red]down[/]"
        where = f"port {each.port}, pid {each.pid}, " if each.pid else ""
        console.print(f"  {each.service:6} {state}  {where}log {each.log}")
    if deployed:
        console.print(f"  API    {deployed.base_url}\n  key    {deployed.api_key}")
    else:
        console.print("  API    not deployed: run `make up`")


def _ask(home: Home, given: argparse.Namespace) -> int:
    deployed = platform_file.read(home)
    if deployed is None:
        raise StepFailed("nothing is deployed", remedy="run `make up` first.")
    question = given.question or QUESTION
    completion = ask(deployed, question, given.alias)
    if given.json:
        print(json.dumps(completion, indent=2, ensure_ascii=False))
    else:
        show(question, completion)
    return 0


def _env(home: Home, given: argparse.Namespace) -> int:
    if not all(each.pid for each in processes.status(home)):
        # Not as other failures are told: what is printed is for a shell to run.
        print("error: nothing runs; `make up` starts it", file=sys.stderr)
        return 1
    wanted = client_environment(home, load_environment(ENVIRONMENT).region)
    for name in sorted(os.environ.keys() - wanted.keys()):
        print(f"unset {shlex.quote(name)}")
    for name, value in sorted(wanted.items()):
        if os.environ.get(name) != value:
            print(f"export {name}={shlex.quote(value)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
