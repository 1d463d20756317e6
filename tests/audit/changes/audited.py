"""An audit from two sides on disk to its three reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.accepted import Waiver
from audit.comment import comment
from audit.provenance import Provenance
from audit.report import report
from audit.result import Result
from audit.run import Judgement, audit
from audit.sarif import sarif
from audit.verdict import read_policy
from tests.audit.changes.shop import TODAY


@dataclass(frozen=True)
class Told:
    result: Result
    comment: str
    report: str
    sarif: str

    @property
    def all(self) -> str:
        return self.comment + self.report + self.sarif


def audited(base: Path, head: Path, waivers: Sequence[Waiver] = ()) -> Told:
    result = audit(base, head, Judgement(read_policy(), waivers, None, TODAY), Provenance())
    return Told(result, comment(result), report(result), sarif(result))
