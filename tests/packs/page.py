"""docs/compliance.md: the packs, and everything that is accepted, read off the templates."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from config.accepted import Accepted, Ledger
from config.load import environment_names, load_accepted

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "compliance.md"
# A rule's beginning says whose it is.
PACKS = {
    "AwsSolutions-": "cdk-nag AwsSolutions",
    "Serverless-": "cdk-nag Serverless",
    "NIST.800.53.R5-": "cdk-nag NIST 800-53 R5 (prod)",
    "HIPAA.Security-": "cdk-nag HIPAA Security (prod)",
    "PCI.DSS.321-": "cdk-nag PCI DSS 3.2.1 (prod)",
    "CKV": "checkov",
    "pf-": "cdk-preflight",
}
HEAD = """# Compliance

`make packs` writes this page and fails on any finding that is not listed here. It is made of
`config/accepted.toml` and of the templates; `make check` compares it.

Rule packs judge templates, not an organisation: to pass them is no certificate. PCI DSS 3.2.1 is
the version that the pack has; the standard itself has gone on to 4. The packs of NIST, HIPAA and
PCI are held for prod.
"""


def pack_of(rule: str) -> str:
    """The name of the pack that has the rule."""
    return next((name for start, name in PACKS.items() if rule.startswith(start)), "cfn-lint")


def page(outdir: Path) -> str:
    """The whole page, for a cloud assembly of every environment."""
    ledger = load_accepted()
    parts = (HEAD, _versions(), _counts(outdir, ledger), "## Accepted\n", *_entries(ledger))
    return "\n".join(parts)


def accepted(outdir: Path, environment: str) -> Iterator[str]:
    """The rule of every mark on a resource that says that a finding is accepted."""
    for path in (outdir / f"assembly-{environment}").glob("*.template.json"):
        for resource in json.loads(path.read_text())["Resources"].values():
            marks = resource.get("Metadata", {})
            nag = marks.get("cdk_nag", {}).get("rules_to_suppress", [])
            checkov = marks.get("checkov", {}).get("skip", [])
            yield from (mark["id"] for mark in [*nag, *checkov])
            yield from marks.get("cfn-lint", {}).get("config", {}).get("ignore_checks", [])


def _versions() -> str:
    lock = (ROOT / "requirements-checkov.txt").read_text()
    checkov = re.search(r"^checkov==(\S+)", lock, re.M)
    assert checkov
    tools = [f"{tool} {version(tool)}" for tool in ("cdk-nag", "cfn-lint", "cdk-preflight")]
    return f"Tools: {', '.join([*tools, f'checkov {checkov[1]}'])}.\n"


def _counts(outdir: Path, ledger: Ledger) -> str:
    names = environment_names()
    marks = {name: Counter(map(pack_of, accepted(outdir, name))) for name in names}
    rows = [f"| pack | {' | '.join(names)} |", "|---|" + "---:|" * len(names)]
    for pack in (*PACKS.values(), "cfn-lint"):
        shown = [n for n in names if "(prod)" not in pack or n == "prod"]
        cells = (f"0 / {marks[name][pack]}" if name in shown else "" for name in names)
        rows.append(f"| {pack} | {' | '.join(cells)} |")
    entries = (str(sum(each.holds_in(name) for each in ledger.values())) for name in names)
    rows.append(f"| entries below | {' | '.join(entries)} |")
    return "Findings that are not accepted / that are, one rule on one resource each:\n\n" + (
        "\n".join(rows) + "\n"
    )


def _entries(ledger: Ledger) -> Iterator[str]:
    for name, each in ledger.items():
        yield f"### {name}\n\n{each.reason}\n\n{_facts(each)}\n"


def _facts(each: Accepted) -> str:
    where = ", ".join(each.environments) or "everywhere"
    rules, resources = (", ".join(f"`{x}`" for x in xs) for xs in (each.rules, each.resources))
    return (
        f"- rules: {rules}\n- resources: {resources}\n- environments: {where}\n"
        f"- owner: {each.owner}, until {each.until}"
    )
