"""`make audit-peers`: what other tools notice of the same hazards, into docs/audit.md."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.audit.peers import pairs as on_disk
from tests.audit.peers.found import ROOT, Noticed, noticed
from tests.audit.peers.pairs import Pair

PAGE = ROOT / "docs" / "audit.md"
BEGIN, END = "<!-- peers: make audit-peers -->\n", "<!-- end of peers -->"


def main() -> int:
    with TemporaryDirectory() as folder:
        pairs = on_disk.write(Path(folder))
        told = noticed(pairs)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    text = f"{_measured(told)}\n\n{_table(pairs, told)}\n"
    PAGE.write_text(f"{before}{BEGIN}{text}{END}{after}", encoding="utf-8")
    return 0


def _measured(told: Mapping[str, Noticed]) -> str:
    day = datetime.now(UTC).date()
    node = ROOT / "node_modules" / "@aws-cdk" / "cloudformation-diff" / "package.json"
    unread = [
        f"{sum(each is None for each in noticed)} by {tool}" for tool, noticed in told.items()
    ]
    return (
        f"Measured on {day}, in one run: `cdk diff` "
        f"(@aws-cdk/cloudformation-diff {json.loads(node.read_text())['version']}),\n"
        f"cdk-nag {version('cdk-nag')} (AwsSolutions), checkov {_locked('checkov')} "
        f"(cloudformation, secrets), cfripper {_locked('peers', 'cfripper')} (all its rules).\n"
        f"Pairs that could not be judged, counted as not found: {', '.join(unread)}."
    )


def _locked(name: str, package: str = "") -> str:
    lock = (ROOT / f"requirements-{name}.txt").read_text(encoding="utf-8")
    (found,) = re.findall(rf"^{package or name}==(\S+)", lock, re.MULTILINE)
    return str(found)


def _table(pairs: Sequence[Pair], told: Mapping[str, Noticed]) -> str:
    peers = [noticed for tool, noticed in told.items() if tool != "ours"]
    columns = {**told, "all four": [any(each) for each in zip(*peers, strict=True)]}
    head = ["", "hazards", *columns]
    rows = [head, ["---", *["--:"] * (len(head) - 1)]]
    for category in dict.fromkeys(sorted(pair.category for pair in pairs)):
        among = [pair.category == category for pair in pairs]
        rows.append(_row(category, among, columns))
    rows.append(_row("all", [True] * len(pairs), columns))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(name: str, among: Sequence[bool], columns: Mapping[str, Noticed]) -> list[str]:
    counts = [
        sum(bool(found) and counted for found, counted in zip(noticed, among, strict=True))
        for noticed in columns.values()
    ]
    return [name, *map(str, [sum(among), *counts])]


if __name__ == "__main__":
    raise SystemExit(main())
