"""`python -m operate guardrails`: what is deployed, and whether it stops what it promises to."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from config.load import environment_names, load_environment
from config.schema import Environment
from config.suites import Promise, load_suites
from operate.at_once import patient_client
from operate.errors import OperateError
from operate.guardrails import told
from operate.guardrails.apply import applier
from operate.guardrails.as_json import as_json, listed
from operate.guardrails.deployed import Deployed, find_deployed
from operate.guardrails.markdown import markdown
from operate.guardrails.place import find_place
from operate.guardrails.price import price
from operate.guardrails.report import Report, chosen, rows, wrong
from operate.guardrails.run import run
from operate.preflight.account import boto3_client

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
EVERY = 100  # prompts between two words of progress


def register(commands: "Commands") -> None:
    """Add `guardrails` and what can be done with them to the command line."""
    guardrails = commands.add_parser(
        "guardrails",
        help="list deployed guardrails, and test what they stop",
        description="Guardrails as they are deployed. Needs AWS credentials of the environment's "
        "account. Exits with 2 if it could not be done.",
    )
    actions = guardrails.add_subparsers(required=True, metavar="ACTION")
    _add(actions, "list", "show what is deployed, and whether it is what the files say", _list)
    test = _add(
        actions,
        "test",
        "send the prompts of guardrail-tests; exits with 1 if a threshold is missed",
        _test,
    )
    add = test.add_argument
    add("guardrail", metavar="NAME", help="as config/guardrails names it")
    add("--policy", metavar="FILE", help="only this file of guardrail-tests, such as words")
    add("--dry-run", action="store_true", help="say what it would cost, and call nothing")
    add("--verbose", action="store_true", help="show the first words of what was wrong")
    add("--markdown", type=Path, metavar="FILE", help="append the result, for a pull request")


def _add(
    actions: "Commands", name: str, help: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
    parser.add_argument("--env", required=True, choices=environment_names(), help="where it runs")
    parser.add_argument("--json", action="store_true", help="print the outcome for machines")
    parser.set_defaults(run=run)
    return parser


def _list(given: argparse.Namespace) -> int:
    found = find_deployed(load_environment(given.env), boto3_client)
    as_text = told.listing(found)
    print(json.dumps([listed(each) for each in found], indent=2) if given.json else as_text)
    return 0


def _test(given: argparse.Namespace) -> int:
    environment = load_environment(given.env)
    promises = _promises(environment, given.guardrail, given.policy)
    cost = price(environment, given.guardrail, chosen(promises, given.guardrail))
    print(cost, file=sys.stderr)
    if given.dry_run:
        return 0
    report = measure(environment, given.guardrail, promises)
    if given.markdown:
        with given.markdown.open("a", encoding="utf-8") as file:
            file.write(markdown(report))
    as_text = told.text(report, verbose=given.verbose)
    print(json.dumps(as_json(report, cost), indent=2) if given.json else as_text)
    return int(bool(report.shortfalls))


def measure(environment: Environment, name: str, promises: Sequence[Promise]) -> Report:
    """Send every prompt to the version that the handlers use; raises OperateError if it cannot."""
    deployed = _current(environment, name)
    runtime = patient_client("bedrock-runtime", environment.region)
    place = find_place(environment, runtime)
    outcomes = run(chosen(promises, name), applier(runtime, deployed), _progress)
    guardrail = environment.guardrails[name]
    found = tuple(rows(promises, outcomes, guardrail, place))
    report = Report(deployed, environment.name, place, found, wrong(outcomes, place))
    if not report.judged:
        raise OperateError(f"{place} evaluates none of these: {told.unjudged(found)}")
    return report


def _current(environment: Environment, name: str) -> Deployed:
    (deployed,) = (e for e in find_deployed(environment, boto3_client) if e.name == name)
    if not deployed.in_sync:
        raise OperateError(
            f"the handlers use content {deployed.content} (version {deployed.version}) of {name}; "
            f"the file says {deployed.declared}: deploy it first"
        )
    return deployed


def _promises(environment: Environment, name: str, policy: str | None) -> list[Promise]:
    if name not in environment.guardrails:
        declared = sorted(environment.guardrails)
        raise OperateError(f"no guardrail {name!r} in {environment.name}; it has {declared}")
    about = [each for each in load_suites() if chosen([each], name)]
    if found := [each for each in about if policy in (None, each.name)]:
        return found
    files = [each.name for each in about]
    raise OperateError(
        f"no file {policy or '(any)'!r} of guardrail-tests is for {name}; {files} are"
    )


def _progress(done: int, of: int) -> None:
    if done % EVERY == 0:
        print(f"  {done} of {of}", file=sys.stderr)
