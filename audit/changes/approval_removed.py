"""People who must say yes before a pipeline or a workflow goes on."""

import re
from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.shown import written_out
from audit.template import Json
from audit.view import Resource

PIPELINE, WORKFLOW = "AWS::CodePipeline::Pipeline", "AWS::StepFunctions::StateMachine"
# A workflow waits for programs as well, in the same way: the name of the step tells them apart.
WAITS = ".waitForTaskToken"
BY_PEOPLE = re.compile(r"approv|review|human|confirm|sign-?off|consent|manual", re.IGNORECASE)


@on_change(
    "approval-removed",
    category="access",
    on=(PIPELINE, WORKFLOW),
    fix="keep the approval, or put it where it is needed",
)
def somebody_still_approves(change: Change) -> Iterator[Hazard]:
    """Every approval of a pipeline or a workflow is still asked for."""
    if change.before and change.after:
        after = set(_approvals(change.after))
        for name in _approvals(change.before):
            if name not in after:
                yield Hazard("high", name, "removed", "it goes on without being approved")


def _approvals(resource: Resource) -> Iterator[str]:
    if resource.type == PIPELINE:
        yield from _actions(resource.get("Stages"))
    else:
        text = resource.get("DefinitionString")
        told = written_out(text) if isinstance(text, str) else resource.get("Definition")
        yield from _steps(told)


def _actions(stages: Json) -> Iterator[str]:
    for stage in stages or []:
        for action in stage.get("Actions") or [] if isinstance(stage, Mapping) else ():
            if (action.get("ActionTypeId") or {}).get("Category") == "Approval":
                yield str(action.get("Name"))


def _steps(value: Json) -> Iterator[str]:
    """Those that wait for a person, also inside branches and loops."""
    for each in value if isinstance(value, list) else ():
        yield from _steps(each)
    for name, each in value.items() if isinstance(value, Mapping) else ():
        waits = isinstance(each, Mapping) and str(each.get("Resource")).endswith(WAITS)
        if waits and BY_PEOPLE.search(f"{name} {each}"):
            yield str(name)
        yield from _steps(each)
