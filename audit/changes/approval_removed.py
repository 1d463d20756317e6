"""People who must say yes before a pipeline goes on."""

from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.template import Json


@on_change(
    "approval-removed",
    category="access",
    on="AWS::CodePipeline::Pipeline",
    fix="keep the approval, or put it where it is needed",
)
def somebody_still_approves(change: Change) -> Iterator[Hazard]:
    """Every approval of a pipeline is still asked for."""
    if change.before and change.after:
        after = set(_approvals(change.now("Stages")))
        for name in _approvals(change.was("Stages")):
            if name not in after:
                yield Hazard(
                    "high", name, "removed", "what is built goes on without being approved"
                )


def _approvals(stages: Json) -> Iterator[str]:
    for stage in stages or []:
        for action in stage.get("Actions") or [] if isinstance(stage, Mapping) else ():
            if (action.get("ActionTypeId") or {}).get("Category") == "Approval":
                yield str(action.get("Name"))
