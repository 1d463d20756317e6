"""What an audit found for one environment, as the ledger keeps it, and who took each finding."""

from collections.abc import Iterator
from pathlib import Path

from audit.errors import Unreadable
from audit.template import Json, read_document


def read_evidence(path: Path, environment: str, digest: str) -> tuple[str, list[dict[str, Json]]]:
    """(verdict, findings) from `--json`'s file. Raises Unreadable for another assembly's report."""
    report = read_document(path)
    try:
        if report["head"] != digest:
            raise Unreadable(f"{path} is the audit of {report['head']}, and not of {digest}")
        verdicts = {each["name"]: each["verdict"] for each in report["environments"]}
        return verdicts[environment], list(_findings(report, environment))
    except (KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"{path} is no audit of {environment!r}: {error!r}") from error


def _findings(report: Json, environment: str) -> Iterator[dict[str, Json]]:
    for each in (*report["findings"], *report["accepted"]):
        if each["environment"] == environment:
            kept = ("rule", "severity", "resource", "verdict", "owner")
            accepted = {str(k): str(v) for k, v in each.get("accepted", {}).items()}
            taken = {key: accepted[key] for key in ("owner", "reason", "until") if accepted}
            yield {**{key: each[key] for key in kept}, "accepted": taken or None}
