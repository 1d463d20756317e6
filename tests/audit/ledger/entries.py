"""Deployments that never were."""

from audit.ledger.append import append
from audit.ledger.entry import DEPLOYED, Deployment, Json
from audit.ledger.store import Store


def live(guardrail: str = "a", *models: str) -> dict[str, Json]:
    name = "strata-prod-standard"
    return {
        "guardrails": {name: {"content": f"sha256:{guardrail}", "versions": [f"V{guardrail}"]}},
        "aliases": {"chat": {"models": [*models], "guardrail": "standard", "knowledge_base": None}},
    }


def deployment(after: Json, number: int | None = 7, outcome: str = DEPLOYED) -> Deployment:
    accepted = {"owner": "data", "reason": "moved before", "until": "2027-01-01"}
    finding = {
        "rule": "data-lost",
        "severity": "high",
        "resource": "Foundation/Keys",
        "verdict": "NEEDS-APPROVAL",
        "owner": "data",
        "accepted": accepted,
    }
    return Deployment(
        at="2026-11-24T22:00:00Z",
        environment="prod",
        outcome=outcome,
        commit="c" * 40,
        pull_request=number,
        approvers=["ada", "grace"],
        digest=f"sha256:{'d' * 64}",
        verdict="NEEDS-APPROVAL",
        findings=[finding],
        before={},
        after=after,
    )


def filled(store: Store, count: int = 3) -> None:
    for number in range(1, count + 1):
        append(store, deployment(live(str(number), "nova"), number))
