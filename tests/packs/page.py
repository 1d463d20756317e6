"""docs/compliance.md: the packs, and everything that is accepted of what they find."""

import json
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

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
    "BR-": "ours, for Bedrock",
}
HEAD = """# Compliance

`make packs` writes this page and fails on any finding that is not listed here. It is made of
`config/accepted.toml`; `make check` compares it.

Rule packs judge templates, not an organisation: to pass them is no certificate. PCI DSS 3.2.1 is
the version that the pack has; the standard itself has gone on to 4. The packs of NIST, HIPAA and
PCI are held for prod.
"""

COUNTED = """\
No pack finds anything else. The table counts the entries that excuse something of a pack: an entry
is one decision, and may excuse several rules on several resources. `tests/packs` holds a pack to
one entry for ten resources of an environment; all packs together have about as many in prod. The
last two rows are rounded.

"""
SNAPSHOTS = ROOT / "tests" / "stacks" / "snapshots"
ROUND = 50


def pack_of(rule: str) -> str:
    """The name of the pack that has the rule."""
    return next((name for start, name in PACKS.items() if rule.startswith(start)), "cfn-lint")


def page() -> str:
    """The whole page; tests/packs holds it to what the packs find."""
    ledger = load_accepted()
    parts = (HEAD, _versions(), _counts(ledger), "## Accepted\n", *_entries(ledger))
    return "\n".join(parts)


def _versions() -> str:
    lock = (ROOT / "requirements-checkov.txt").read_text()
    checkov = re.search(r"^checkov==(\S+)", lock, re.M)
    assert checkov
    tools = [f"{tool} {version(tool)}" for tool in ("cdk-nag", "cfn-lint", "cdk-preflight")]
    return f"Tools: {', '.join([*tools, f'checkov {checkov[1]}'])}.\n"


def _counts(ledger: Ledger) -> str:
    names = environment_names()
    rows = [f"| pack | {' | '.join(names)} |", "|---|" + "---:|" * len(names)]
    for pack in (*PACKS.values(), "cfn-lint"):
        shown = [n for n in names if "(prod)" not in pack or n == "prod"]
        cells = (str(_count(ledger, pack, name)) if name in shown else "" for name in names)
        rows.append(f"| {pack} | {' | '.join(cells)} |")
    entries = (str(sum(each.holds_in(name) for each in ledger.values())) for name in names)
    rows.append(f"| all | {' | '.join(entries)} |")
    sizes = [_size(name) for name in names]
    rows.append(f"| resources, at least | {' | '.join(str(size) for size, _ in sizes)} |")
    rows.append(f"| rules on resources, at most | {' | '.join(str(marks) for _, marks in sizes)} |")
    return COUNTED + "\n".join(rows) + "\n"


def _size(environment: str) -> tuple[int, int]:
    """How many resources it has, and the rules excused on them, so rounded that few edits tell."""
    templates = [json.loads(path.read_text()) for path in (SNAPSHOTS / environment).glob("*.json")]
    resources = [each for it in templates for each in it.get("Resources", {}).values()]
    marks = sum(_marks(each.get("Metadata", {})) for each in resources)
    return len(resources) // ROUND * ROUND, -(-marks // ROUND) * ROUND


def _marks(metadata: dict[str, Any]) -> int:
    nag, checkov = metadata.get("cdk_nag", {}), metadata.get("checkov", {})
    lint = metadata.get("cfn-lint", {}).get("config", {})
    told = (nag.get("rules_to_suppress"), checkov.get("skip"), lint.get("ignore_checks"))
    return sum(len(each or ()) for each in told)


def _count(ledger: Ledger, pack: str, environment: str) -> int:
    held = [each for each in ledger.values() if each.holds_in(environment)]
    return sum(any(pack_of(rule) == pack for rule in each.rules) for each in held)


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
