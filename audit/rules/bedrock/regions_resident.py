"""A cross-region profile sends prompts wherever its destinations are: law is by region."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.iam.types import IDENTITY
from audit.intrinsics import text_of
from audit.rules.invoking import PROFILE, invoking, source_of
from audit.rules.regions import regions
from audit.rules.registry import rule


@rule(
    "BR-REGIONS-RESIDENT",
    on=(*IDENTITY, PROFILE),
    severity="high",
    category="models",
    fix="name the models of the regions that may answer, or declare more with --residency",
)
def models_answer_where_they_may(caller: Resource, around: Environment) -> Iterator[str]:
    """Models answer in declared regions, or else within one geography."""
    found = {region for arn in _arns(caller, around) for region in regions(arn)}
    allowed = around.limits.residency
    geographies = {region.partition("-")[0] for region in found}
    if allowed and not found <= allowed:
        yield f"{', '.join(sorted(found - allowed))} is not among {', '.join(sorted(allowed))}"
    if not allowed and (len(geographies) > 1 or "global" in geographies):
        yield f"models may answer in {', '.join(sorted(found))}"


def _arns(caller: Resource, around: Environment) -> list[str]:
    if caller.type == PROFILE:
        return [text_of(source_of(caller))]
    return [arn for each in invoking(caller, around) for arn in each.resources]
