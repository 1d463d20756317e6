"""An exception to an enforced guardrail is a way around it."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.rules.registry import rule


@rule(
    "BR-GUARDRAIL-ENFORCED-WHOLE",
    on="AWS::Bedrock::EnforcedGuardrailConfiguration",
    severity="medium",
    category="guardrails",
    fix="include ALL models, exclude none, and let SelectiveContentGuarding be COMPREHENSIVE",
)
def every_model_is_under_it(configuration: Resource, _: Environment) -> Iterator[str]:
    """The guardrail that an account enforces holds for all models and all content."""
    included = configuration.at("ModelEnforcement", "IncludedModels")
    if included not in (None, ["ALL"]):
        yield f"IncludedModels is {included}"
    excluded = configuration.list_at("ModelEnforcement", "ExcludedModels")
    if excluded:
        yield f"ExcludedModels is {excluded}"
    for part in ("Messages", "System"):
        guarding = configuration.at("SelectiveContentGuarding", part)
        if guarding not in (None, "COMPREHENSIVE"):
            yield f"SelectiveContentGuarding of {part} is {guarding}"
