"""Which hazards each tool's gate notices: one yes or no a hazard, None where it cannot judge."""

import json
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from audit.verdict import PASS
from tests.audit.changes.audited import audited
from tests.audit.peers.pairs import Pair, files
from tests.audit.peers.scanners import Found, by_cdk_nag, by_cfripper, by_checkov

ROOT = Path(__file__).parents[3]
Noticed = Sequence[bool | None]


def noticed(pairs: Sequence[Pair]) -> Mapping[str, Noticed]:
    """By tool; all of them judge the same files."""
    every = files(pairs)
    return {
        "ours": ours(pairs),
        "cdk diff": cdk_diff(pairs),
        "cdk-nag": _new(pairs, by_cdk_nag, every),
        "checkov": _new(pairs, by_checkov, every),
        "cfripper": _new(pairs, by_cfripper, every),
    }


def ours(pairs: Sequence[Pair]) -> Noticed:
    """The change is not let through. The verdict on no change at all must be PASS."""
    base = pairs[0].before.parent
    assert audited(base, base).result.verdict == PASS
    return [_verdict(base, pair) != PASS for pair in pairs]


def _verdict(base: Path, pair: Pair) -> str:
    with TemporaryDirectory() as folder:
        head = Path(shutil.copytree(base, Path(folder) / "head"))
        shutil.copy(pair.after, head)
        return audited(base, head).result.verdict


def cdk_diff(pairs: Sequence[Pair]) -> Noticed:
    """Permissions broaden, or what holds data is replaced, destroyed or orphaned."""
    given = json.dumps([[str(pair.before), str(pair.after)] for pair in pairs])
    script = Path(__file__).with_name("cdk_diff.cjs")
    command = ["node", script]
    ran = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    stateful = tomllib.loads((ROOT / "audit" / "data" / "stateful.toml").read_text())
    holding = {type for severity in ("critical", "high") for type in stateful[severity]}
    return [
        told["broadened"] or not holding.isdisjoint(told["lost"]) for told in json.loads(ran.stdout)
    ]


def _new(
    pairs: Sequence[Pair], tool: Callable[[Sequence[Path]], Found], every: Sequence[Path]
) -> Noticed:
    """A finding after that was not there before."""
    found = tool(every)
    return [_more(found[pair.before], found[pair.after]) for pair in pairs]


def _more(
    before: frozenset[tuple[str, str]] | None, after: frozenset[tuple[str, str]] | None
) -> bool | None:
    return None if before is None or after is None else bool(after - before)
