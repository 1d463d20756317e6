"""Synthesis in process: one cloud assembly of every environment, read as plain JSON."""

import json
import re
from pathlib import Path
from typing import Any

from aws_cdk import App

from config.accepted import Ledger
from config.load import (
    ENVIRONMENTS,
    environment_names,
    load_accepted,
    load_catalogue,
    load_environment,
    parse_environment,
)
from config.schema import Environment
from stacks.platform import Platform

ROOT = Path(__file__).parents[2]
# What every environment has; `stacks_of` tells what one has.
STACKS = ("Foundation", "Knowledge", "Gateway", "Operations")

Template = dict[str, Any]


def context() -> dict[str, Any]:
    """The flags of `cdk.json`."""
    flags: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
    return flags


def synthesize(outdir: Path, *environments: Environment, ledger: Ledger | None = None) -> App:
    """What `app.py` does, with `cdk.json`'s flags and without CDK's slow validation."""
    app = App(outdir=str(outdir), context=context(), builtin_cloud_formation_validation=False)
    for environment in environments or map(load_environment, environment_names()):
        Platform(app, environment, load_accepted() if ledger is None else ledger)
    app.synth()
    return app


def dev_with(api: str = "", tables: str = "") -> Environment:
    """The environment dev with more in its `[api]`, and more tables; it records nothing itself."""
    dev = (ENVIRONMENTS / "dev.toml").read_text(encoding="utf-8")
    dev = re.sub(r"\[invocation_logging\]\n(.+\n)+", "", dev)
    text = dev.replace("[api]\n", f"[api]\n{api}\n", 1) + tables
    return parse_environment("dev", text, load_catalogue())


def stacks_of(outdir: Path, environment: str) -> list[str]:
    """The stacks that an environment has, those that it has to ask for included."""
    name = re.compile(rf"{environment}(.+)[0-9A-F]{{8}}\.template\.json")
    files = (outdir / f"assembly-{environment}").glob("*.template.json")
    return sorted(found[1] for path in files if (found := name.fullmatch(path.name)))


def template(outdir: Path, environment: str, stack: str) -> Template:
    """One stack's template."""
    path = next((outdir / f"assembly-{environment}").glob(f"{environment}{stack}*.template.json"))
    loaded: Template = json.loads(path.read_text())
    return loaded


def settings_file(outdir: Path, environment: str) -> dict[str, Any]:
    """The `settings.json` inside the environment's Lambda asset."""
    key = _function(template(outdir, environment, "Gateway"), "Chat")["Code"]["S3Key"]
    asset = outdir / f"asset.{key.removesuffix('.zip')}"
    loaded: dict[str, Any] = json.loads((asset / "settings.json").read_text())
    return loaded


def deployed_variable(gateway: Template, construct: str) -> str:
    """A function's `STRATA_DEPLOYED`, with `LogicalId.Attribute` where the deployment puts ids."""
    value = _function(gateway, construct)["Environment"]["Variables"]["STRATA_DEPLOYED"]
    return plain(value)


def resources(found: Template, type: str) -> dict[str, Any]:
    """The resources of one CloudFormation type, by logical id."""
    return {id: each for id, each in found["Resources"].items() if each["Type"] == type}


def handlers(gateway: Template) -> dict[str, Any]:
    """The functions of the request path, by logical id; the others are tasks."""
    functions = resources(gateway, "AWS::Lambda::Function")
    path = "gateway."
    return {id: f for id, f in functions.items() if f["Properties"]["Handler"].startswith(path)}


def plain(value: Any) -> Any:
    """A template value with its intrinsic functions as readable text."""
    match value:
        case {"Fn::GetAtt": [id, attribute]}:
            return f"{id}.{attribute}"
        case {"Fn::Select": [index, {"Fn::Split": [separator, text]}]}:
            return f"{plain(text)}{separator}{index}"
        case {"Fn::Join": [separator, parts]}:
            return separator.join(map(plain, parts))
        case {"Fn::ImportValue": name} | {"Ref": name}:
            return name
        case list():
            return [plain(each) for each in value]
        case dict():
            return {key: plain(each) for key, each in value.items()}
    return value


def _function(gateway: Template, construct: str) -> dict[str, Any]:
    functions = resources(gateway, "AWS::Lambda::Function")
    name = next(id for id in functions if id.startswith(f"{construct}Function"))
    properties: dict[str, Any] = functions[name]["Properties"]
    return properties
