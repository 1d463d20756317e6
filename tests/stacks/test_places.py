"""Whichever account and region an environment names, nothing in it points to another place."""

import json
import re
from pathlib import Path

import pytest

from config.load import ENVIRONMENTS, load_catalogue, parse_environment
from config.schema import Environment
from tests.stacks.assembly import settings_file, synthesize, template

REGION = re.compile(r"\b(?:us|eu|ap|ca|sa|me|af|il|mx|cn)(?:-gov)?-[a-z]+-[0-9]\b")
ACCOUNT = re.compile(r"\b[0-9]{12}\b")
HERE = "444444444444"
# Region -> its residency, and the words that prod's file has instead of those for the US.
PLACES: dict[str, tuple[list[str], dict[str, str]]] = {
    "eu-central-1": (
        ["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"],
        {"us.": "eu.", "mistral.mistral-large-3-675b-instruct": "eu.amazon.nova-2-lite-v1:0"},
    ),
    "us-west-2": (["us-east-1", "us-east-2", "us-west-2"], {}),
}


def prod_in(region: str) -> Environment:
    """prod in another account and region, all but the guardrail that judges in the US."""
    residency, words = PLACES[region]
    text = (ENVIRONMENTS / "prod.toml").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^residency = .*$", f"residency = {json.dumps(residency)}", text)
    text = re.sub(r"(?m)^region = .*$", f'region = "{region}"', text)
    text = re.sub(r"(?m)^account = .*$", f'account = "{HERE}"', text).replace('"strict", ', "")
    for old, new in words.items():
        text = text.replace(f'"{old}', f'"{new}')
    return parse_environment("prod", text, load_catalogue())


@pytest.fixture(scope="module", params=PLACES)
def place(request, tmp_path_factory) -> tuple[Environment, Path]:
    environment = prod_in(request.param)
    outdir = tmp_path_factory.mktemp("elsewhere")
    synthesize(outdir, environment)
    return environment, outdir


def written(outdir: Path) -> dict[str, str]:
    """Everything of the assembly that a deployment reads, apart from the functions' code."""
    files = [*outdir.glob("*.json"), *outdir.glob("assembly-*/*.json")]
    texts = {file.name: file.read_text() for file in files}
    return {**texts, "settings.json": json.dumps(settings_file(outdir, "prod"))}


def test_every_region_in_it_is_its_own_or_a_declared_destination(place):
    environment, outdir = place
    allowed = {environment.region, *environment.residency}
    strangers = {
        (name, region)
        for name, text in written(outdir).items()
        for region in REGION.findall(text)
        if region not in allowed
    }
    assert strangers == set()


def test_every_account_in_it_is_its_own(place):
    _, outdir = place
    found = {
        (name, number) for name, text in written(outdir).items() for number in ACCOUNT.findall(text)
    }
    assert {number for _, number in found} == {HERE}, found


def test_its_stacks_are_deployed_there(place):
    environment, outdir = place
    manifest = json.loads((outdir / "assembly-prod" / "manifest.json").read_text())
    places = {
        each["environment"]
        for each in manifest["artifacts"].values()
        if each["type"] == "aws:cloudformation:stack"
    }
    assert places == {f"aws://{HERE}/{environment.region}"}


def test_its_stores_are_named_after_it(place):
    environment, outdir = place
    names = [
        each["Properties"]["BucketName"]
        for stack in ("Foundation", "Knowledge")
        for each in template(outdir, "prod", stack)["Resources"].values()
        if each["Type"] == "AWS::S3::Bucket"
    ]
    assert names and all(name.endswith(f"-{HERE}-{environment.region}") for name in names)
