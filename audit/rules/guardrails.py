"""The parts of a guardrail that several rules look at."""

from collections.abc import Iterator

from audit.environment import Resource, at, truth
from audit.template import Json

GUARDRAIL = "AWS::Bedrock::Guardrail"
VERSION = "AWS::Bedrock::GuardrailVersion"
CONTENT = ("ContentPolicyConfig", "FiltersConfig")
TOPICS = ("TopicPolicyConfig", "TopicsConfig")
WORDS = ("WordPolicyConfig", "WordsConfig")
MANAGED_WORDS = ("WordPolicyConfig", "ManagedWordListsConfig")
PII = ("SensitiveInformationPolicyConfig", "PiiEntitiesConfig")
REGEXES = ("SensitiveInformationPolicyConfig", "RegexesConfig")
DIRECTIONS = ("Input", "Output")
GROUNDING = ("ContextualGroundingPolicyConfig", "FiltersConfig")


def filters(guardrail: Resource) -> dict[str, Json]:
    """Its content filters by type."""
    return {str(at(each, "Type")): each for each in guardrail.list_at(*CONTENT)}


def idle(part: Json) -> Iterator[str]:
    """What makes a filter, a topic, a word or a pattern only look on, in either direction. Where it
    is not strong at all, it does not even look, which is for other rules."""
    off = tuple(each for each in DIRECTIONS if at(part, f"{each}Strength") == "NONE")
    for key in ("Action", "InputAction", "OutputAction"):
        if at(part, key) not in (None, "BLOCK", "ANONYMIZE") and not key.startswith(off):
            yield f"{key} is {at(part, key)}"
    for key in ("InputEnabled", "OutputEnabled", "Enabled"):
        said = at(part, key)
        if said is not None and truth(said) is not True and not key.startswith(off):
            yield f"{key} is {said}"
