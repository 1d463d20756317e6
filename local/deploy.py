"""The deployment of `make up`: the real CDK CLI, pointed at the embedded AWS."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from config.schema import Environment
from local.client_environment import client_environment
from local.processes import REPOSITORY
from local.session import client
from local.state import Home
from local.steps import StepFailed

CDK = REPOSITORY / "node_modules" / ".bin" / "cdk"
BIN = REPOSITORY / ".venv" / "bin"


def bootstrap(home: Home, environment: Environment) -> None:
    """Make the bucket and the roles that CDK deploys with, unless they are there."""
    if _is_bootstrapped(home, environment):
        return
    _cdk(home, environment, "bootstrap", f"aws://{environment.account}/{environment.region}")


def deploy(home: Home, environment: Environment, assembly: Path | None = None) -> dict[str, str]:
    """Deploy what differs and return the outputs of all stacks; of `app.py` unless given."""
    outputs = home.directory / "outputs.json"
    _cdk(
        home,
        environment,
        "deploy",
        f"{environment.name}/*",
        "--require-approval=never",
        "--import-existing-resources",  # retained stores of an earlier deployment
        f"--outputs-file={outputs}",
        *_app(assembly),
    )
    stacks: Mapping[str, Mapping[str, str]] = json.loads(outputs.read_text())
    return {name: value for stack in stacks.values() for name, value in stack.items()}


def destroy(home: Home, environment: Environment, assembly: Path | None = None) -> None:
    """Delete the stacks; what they retain stays."""
    _cdk(home, environment, "destroy", f"{environment.name}/*", "--force", *_app(assembly))


def _app(assembly: Path | None) -> list[str]:
    return [f"--app={assembly}"] if assembly else []


def log_file(home: Home) -> Path:
    return home.directory / "deploy.log"


def _cdk(home: Home, environment: Environment, *arguments: str) -> None:
    command = [str(CDK), *arguments, f"--output={home.directory / 'cdk.out'}", "--no-notices"]
    with log_file(home).open("a") as log:
        print(f"\n$ cdk {' '.join(arguments)}", file=log, flush=True)
        done = subprocess.run(
            command,
            cwd=REPOSITORY,
            env=_environment(home, environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=False,
        )
    if done.returncode:
        raise StepFailed(
            f"cdk {arguments[0]} ended with {done.returncode}: {_last_error(home)}",
            log=log_file(home),
            remedy="mend what the log names; `make down` and `make up` start from nothing.",
        )


def _is_bootstrapped(home: Home, environment: Environment) -> bool:
    # The CLI is pinned and what is deployed locally does not survive `down`, so the stack that
    # is there is this version's.
    with client(home, "cloudformation", environment.region) as cloudformation:
        done = ["CREATE_COMPLETE", "UPDATE_COMPLETE"]
        stacks = cloudformation.list_stacks(StackStatusFilter=done)
    return any(stack["StackName"] == "CDKToolkit" for stack in stacks["StackSummaries"])


def _environment(home: Home, environment: Environment) -> dict[str, str]:
    given = client_environment(home, environment.region)
    # Validation takes longer than the synthesis: `make check` does it for every environment.
    return {
        **given,
        "PATH": f"{BIN}{os.pathsep}{given.get('PATH', '')}",
        "CDK_VALIDATION": "false",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
    }


def _last_error(home: Home) -> str:
    lines = log_file(home).read_text(errors="replace").splitlines()
    told = [line.strip() for line in lines if "❌" in line or "rror" in line]
    return told[-1] if told else "no error in the log"
