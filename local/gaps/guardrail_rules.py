"""What Bedrock refuses of a guardrail, so that a deployment here fails where one on AWS would.

The sentences are the service's where cdk-preflight measured them (bedrock-2026 §4.2). Lengths are
checked where its schema does not, quotas where they end a deployment.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from config.load import load_guardrail_profiles

Body = Mapping[str, Any]

POLICIES = (
    "topicPolicyConfig",
    "contentPolicyConfig",
    "wordPolicyConfig",
    "sensitiveInformationPolicyConfig",
    "contextualGroundingPolicyConfig",
    "automatedReasoningPolicyConfig",
)
# https://docs.aws.amazon.com/general/latest/gr/bedrock.html, "Versions per guardrail".
MOST_VERSIONS = 20


def refusals(body: Body, region: str, account: str) -> Iterator[str]:
    """Every reason for which CreateGuardrail and UpdateGuardrail refuse this body."""
    if not any(body.get(policy) for policy in POLICIES):
        yield "Guardrail must have at least one policy"
    yield from _tiers(body)
    yield from _profile(body, region, account)
    yield from _content(body)
    yield from _words(body)
    yield from _regexes(body)
    yield from _topics(body)
    filters = _entries(body, "contextualGroundingPolicyConfig", "filtersConfig")
    if any(filter["threshold"] >= 1 for filter in filters):
        yield "Contextual grounding threshold must be less than 1"
    if _repeats(filter["type"] for filter in filters):
        yield "Contextual grounding filter types must be unique"


def _tiers(body: Body) -> Iterator[str]:
    tiers = (
        _in(body, "contentPolicyConfig").get("tierConfig"),
        _in(body, "topicPolicyConfig").get("tierConfig"),
    )
    crosses = bool(body.get("crossRegionConfig"))
    if not crosses and any(tier and tier["tierName"] == "STANDARD" for tier in tiers):
        yield "Enable cross-Region inference for your guardrail to use Standard tier"
    if not crosses and body.get("automatedReasoningPolicyConfig"):
        yield "Enable cross-Region inference for your guardrail to use Automated Reasoning"


def _profile(body: Body, region: str, account: str) -> Iterator[str]:
    given = _in(body, "crossRegionConfig").get("guardrailProfileIdentifier")
    usable = [one.id for one in load_guardrail_profiles().values() if region in one.sources]
    arns = [f"arn:aws:bedrock:{region}:{account}:guardrail-profile/{id}" for id in usable]
    if given is not None and given not in (*usable, *arns):
        yield (
            "Guardrail cross-Region profile ID is invalid. Specify a guardrail profile ID that's "
            "supported in your current AWS Region"
        )
    for arn in _in(body, "automatedReasoningPolicyConfig").get("policies", []):
        if arn.split(":")[3] != region:
            yield "The provided automated reasoning policy ARN is invalid for the service region"


def _content(body: Body) -> Iterator[str]:
    filters = _entries(body, "contentPolicyConfig", "filtersConfig")
    if _repeats(filter["type"] for filter in filters):
        yield "Content filter types must be unique"
    attacks = [filter for filter in filters if filter["type"] == "PROMPT_ATTACK"]
    if any(filter["outputStrength"] != "NONE" for filter in attacks):
        yield "The PROMPT_ATTACK filter must have output strength NONE"


def _words(body: Body) -> Iterator[str]:
    words = [word["text"] for word in _entries(body, "wordPolicyConfig", "wordsConfig")]
    if _repeats(word.lower() for word in words):
        yield "Custom words cannot have case-insensitive duplicates"
    if any(len(word) > 100 for word in words):
        yield "Custom words have at most 100 characters"


def _regexes(body: Body) -> Iterator[str]:
    policy = "sensitiveInformationPolicyConfig"
    if _repeats(entity["type"] for entity in _entries(body, policy, "piiEntitiesConfig")):
        yield "PII entity types must be unique"
    regexes = _entries(body, policy, "regexesConfig")
    for member in ("name", "pattern"):
        if _repeats(regex[member] for regex in regexes):
            yield f"All regex {member}s must be unique"
    if any(len(regex["pattern"]) > 500 for regex in regexes):
        yield "Regex length in sensitive information policy exceeds quota limit"


def _topics(body: Body) -> Iterator[str]:
    topics = _entries(body, "topicPolicyConfig", "topicsConfig")
    if _repeats(topic["name"] for topic in topics):
        yield "Topic names must be unique"
    tier = _in(body, "topicPolicyConfig").get("tierConfig") or {"tierName": "CLASSIC"}
    most = 1_000 if tier["tierName"] == "STANDARD" else 200
    if any(len(topic["definition"]) > most for topic in topics):
        yield f"Topic definitions have at most {most} characters on the {tier['tierName']} tier"


def _in(body: Body, member: str) -> Body:
    found: Body = body.get(member) or {}
    return found


def _entries(body: Body, policy: str, member: str) -> list[Body]:
    return list(_in(body, policy).get(member) or [])


def _repeats(values: Iterator[str]) -> bool:
    known = list(values)
    return len(set(known)) < len(known)
