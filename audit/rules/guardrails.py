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
GROUNDING = ("ContextualGroundingPolicyConfig", "FiltersConfig")


def filters(guardrail: Resource) -> dict[str, Json]:
    """Its content filters by type."""
    return {str(at(each, "Type")): each for each in guardrail.list_at(*CONTENT)}


def idle(part: Json) -> Iterator[str]:
    """What makes a filter, a topic, a word or a pattern only look on, in either direction."""
    for key in ("Action", "InputAction", "OutputAction"):
        if at(part, key) not in (None, "BLOCK", "ANONYMIZE"):
            yield f"{key} is {at(part, key)}"
    for key in ("InputEnabled", "OutputEnabled", "Enabled"):
        if at(part, key) is not None and truth(at(part, key)) is not True:
            yield f"{key} is {at(part, key)}"
