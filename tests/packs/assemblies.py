"""What the packs are run over: an app of some environments, and the assembly that it becomes.

cdk-preflight and CDK's own validation run inside the synthesis, as in `cdk synth`.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from aws_cdk import App
from cdk_preflight import Preflight

from config.accepted import Ledger, resource_name
from config.load import environment_names, load_accepted, load_environment
from config.schema import Environment
from stacks.platform import Platform
from tests.stacks.assembly import context

# Fails on a guardrail whose content and topics both have tiers (cdk-preflight 1.9.1), and with it
# every other rule; config/guardrail_rules.py judges what it would.
BROKEN = "pf-bedrock-guardrail-standard-tier-cross-region"


class Finding(NamedTuple):
    """One rule of one pack, one resource: its path within the environment, as the ledger has it."""

    rule: str
    environment: str
    resource: str


@dataclass(frozen=True)
class Assembly:
    """An app and where it was synthesized."""

    app: App
    outdir: Path

    def templates(self) -> list[Path]:
        return sorted(self.outdir.glob("assembly-*/*.template.json"))

    def resource_count(self, environment: str) -> int:
        found = (self.outdir / f"assembly-{environment}").glob("*.template.json")
        return sum(len(json.loads(path.read_text())["Resources"]) for path in found)


def distinct(assemblies: Iterable[Assembly]) -> list[Path]:
    """Their templates, those with the same bytes once: what judges a file judges it once."""
    files = (path for assembly in assemblies for path in assembly.templates())
    return list({path.read_bytes(): path for path in files}.values())


def resource(template: Path, logical_id: str) -> tuple[str, str]:
    """The environment and the path of a resource, by its logical id."""
    file = template.with_name(template.name.replace(".template.", ".metadata."))
    for path, entries in json.loads(file.read_text()).items():
        if any(e["type"] == "aws:cdk:logicalId" and e["data"] == logical_id for e in entries):
            return split(path.removeprefix("/"))
    raise LookupError(f"{template.name} has no {logical_id}")


def assemble(outdir: Path, *environments: Environment, ledger: Ledger | None = None) -> Assembly:
    """As `app.py` does it; with another ledger, or an empty one, on demand."""
    app = App(outdir=str(outdir), context=context())
    for environment in environments or map(load_environment, environment_names()):
        Platform(app, environment, load_accepted() if ledger is None else ledger)
    Preflight.apply(app, exclude=[BROKEN])
    return synthesized(app, outdir)


def synthesized(app: App, outdir: Path) -> Assembly:
    """What fails the validation is in its report, which `validation` reads."""
    try:
        app.synth()
    except RuntimeError as error:
        if "ValidationFailed" not in str(error):
            raise
    return Assembly(app, outdir)


def validation(assembly: Assembly) -> Iterator[Finding]:
    """What cdk-preflight and CDK itself report, whether it would stop a deployment or not."""
    report = json.loads((assembly.outdir / "validation-report.json").read_text())
    for plugin in report["pluginReports"]:
        for violation in plugin["violations"]:
            for construct in violation["violatingConstructs"]:
                yield Finding(violation["ruleName"], *split(construct["constructPath"]))


def split(path: str) -> tuple[str, str]:
    """`prod/Gateway/Chat/Function/Resource` -> the environment, and the resource in it."""
    environment, _, resource = path.partition("/")
    return environment, resource_name(resource)
