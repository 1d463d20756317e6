"""`python -m operate models preflight ENV`: can this account serve this environment's models?"""

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from config.load import environment_names, load_environment
from config.schema import Environment
from operate.preflight.account import Account, Clients, boto3_client
from operate.preflight.check import Row, check
from operate.preflight.need import targets
from operate.preflight.remedies import remedies
from operate.preflight.table import assumption, table

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
Findings = dict[Row, tuple[str, ...]]


def register(actions: "Commands") -> None:
    """Add `preflight` to what can be done with models."""
    parser = actions.add_parser(
        "preflight",
        help="ask an account what an environment's models still need; changes nothing",
        description="Ask the account, with the credentials at hand, what an environment's models "
        "still need. Changes nothing. Exits with 1 if anything is missing, 2 if it cannot ask.",
    )
    add = parser.add_argument
    add("environment", choices=environment_names(), metavar="ENV")
    add("--region", action="append", help="ask there instead of the environment's; may be repeated")
    add("--input-tokens", type=int, default=1_000, metavar="N",
        help="assumed for each request (default: %(default)s)")  # fmt: skip
    add("--json", action="store_true", help="print the findings for machines")
    parser.set_defaults(run=_preflight)


def preflight(
    environment: Environment, regions: list[str], input_tokens: int, clients: Clients = boto3_client
) -> Findings:
    """What is to be done, for each model and region; raises OperateError if it cannot ask."""
    findings: Findings = {}
    for account in (Account(region, clients) for region in regions):
        account.check_identity(environment.account)
        for target in targets(environment):
            row = check(account, environment, target, input_tokens)
            findings[row] = remedies(row, environment)
    return findings


def _preflight(given: argparse.Namespace) -> int:
    environment = load_environment(given.environment)
    regions = given.region or [environment.region]
    findings = preflight(environment, regions, given.input_tokens)
    if given.json:
        print(json.dumps(_as_json(findings, given.input_tokens), indent=2))
    else:
        print(f"{table(findings)}\n\n{assumption(given.input_tokens)}")
    return int(any(findings.values()))


def _as_json(findings: Findings, input_tokens: int) -> dict[str, object]:
    rows = [{**asdict(row), "to_do": list(to_do)} for row, to_do in findings.items()]
    return {"assumption": assumption(input_tokens), "models": rows}
