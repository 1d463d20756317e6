"""Gap 6: a guardrail is refused here for what AWS refuses, and keeps what AWS keeps."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

PROFILE = "arn:aws:bedrock:us-east-1:000000000000:guardrail-profile/us.guardrail.v1:0"
MESSAGES = {"blockedInputMessaging": "not in", "blockedOutputsMessaging": "not out"}
LOGIC = "arn:aws:bedrock:{}:000000000000:automated-reasoning-policy/abcdefghijkl:1"


def words(*texts: str) -> dict[str, Any]:
    return {"wordPolicyConfig": {"wordsConfig": [{"text": text} for text in texts]}}


def filters(*types: str, output: str = "HIGH", **tier: Any) -> dict[str, Any]:
    made = [{"type": type, "inputStrength": "HIGH", "outputStrength": output} for type in types]
    return {"contentPolicyConfig": {"filtersConfig": made, **tier}}


def topics(length: int, *names: str, **tier: Any) -> dict[str, Any]:
    made = [{"name": name, "definition": "x" * length, "type": "DENY"} for name in names]
    return {"topicPolicyConfig": {"topicsConfig": made, **tier}}


def regexes(*patterns: str) -> dict[str, Any]:
    made = [{"name": f"p{at}", "pattern": p, "action": "BLOCK"} for at, p in enumerate(patterns)]
    return {"sensitiveInformationPolicyConfig": {"regexesConfig": made}}


def grounding(threshold: float) -> dict[str, Any]:
    made = [{"type": "GROUNDING", "threshold": threshold}]
    return {"contextualGroundingPolicyConfig": {"filtersConfig": made}}


def crossing(profile: str) -> dict[str, Any]:
    return {"crossRegionConfig": {"guardrailProfileIdentifier": profile}}


STANDARD = {"tierConfig": {"tierName": "STANDARD"}}
REASONING = {"automatedReasoningPolicyConfig": {"policies": [LOGIC.format("us-east-1")]}}
ELSEWHERE = {"automatedReasoningPolicyConfig": {"policies": [LOGIC.format("us-west-2")]}}
# What is refused, a part of the sentence, and what is taken.
RULES = {
    "no policy": ({}, "at least one policy", words("x")),
    "tier": (
        filters("HATE", **STANDARD),
        "Enable cross-Region",
        {**filters("HATE", **STANDARD), **crossing(PROFILE)},
    ),
    "topics tier": (
        topics(9, "T", **STANDARD),
        "Enable cross-Region",
        {**topics(1_000, "T", **STANDARD), **crossing("us.guardrail.v1:0")},
    ),
    "reasoning": (REASONING, "Enable cross-Region", {**REASONING, **crossing(PROFILE)}),
    "reasoning elsewhere": (
        {**ELSEWHERE, **crossing(PROFILE)},
        "invalid for the service region",
        {**REASONING, **crossing(PROFILE)},
    ),
    "profile's geography": (
        {**words("x"), **crossing("eu.guardrail.v1:0")},
        "profile ID is invalid",
        {**words("x"), **crossing("us.guardrail.v1:0")},
    ),
    "profile's account": (
        {**words("x"), **crossing(PROFILE.replace("0" * 12, "1" * 12))},
        "profile ID is invalid",
        {**words("x"), **crossing(PROFILE)},
    ),
    "profile's region": (
        {**words("x"), **crossing(PROFILE.replace("us-east-1", "us-east-2"))},
        "profile ID is invalid",
        {**words("x"), **crossing(PROFILE)},
    ),
    "filter twice": (filters("HATE", "HATE"), "must be unique", filters("HATE", "INSULTS")),
    "attack": (
        filters("PROMPT_ATTACK"),
        "PROMPT_ATTACK",
        filters("PROMPT_ATTACK", output="NONE"),
    ),
    "threshold": (grounding(1.0), "less than 1", grounding(0.99)),
    "word twice": (words("Ibis", "IBIS"), "case-insensitive", words("Ibis", "Ibises")),
    "word length": (words("x" * 101), "at most 100", words("x" * 100)),
    "regex twice": (regexes("a", "a"), "patterns must be unique", regexes("a", "b")),
    "regex length": (regexes("x" * 501), "exceeds quota", regexes("x" * 500)),
    "topic twice": (topics(9, "T", "T"), "names must be unique", topics(9, "T", "U")),
    "definition": (topics(201, "T"), "at most 200", topics(200, "T")),
}


@pytest.mark.parametrize("rule", RULES)
def test_refuses_what_aws_refuses_and_takes_its_nearest_neighbour(cloud, rule):
    wrong, sentence, right = RULES[rule]
    client, name = cloud.client("bedrock"), f"rule-{rule.replace(' ', '-').replace(chr(39), '')}"
    with pytest.raises(ClientError, match=sentence) as refused:
        client.create_guardrail(name=name, **MESSAGES, **wrong)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    made = client.create_guardrail(name=name, **MESSAGES, **right)["guardrailId"]
    with pytest.raises(ClientError, match=sentence):
        client.update_guardrail(guardrailIdentifier=made, name=name, **MESSAGES, **wrong)


def test_keeps_the_tier_the_profile_and_the_logic(cloud):
    client = cloud.client("bedrock")
    given = {**filters("HATE", **STANDARD), **REASONING, **crossing(PROFILE)}
    made = client.create_guardrail(name="kept", **MESSAGES, **given)["guardrailId"]
    client.create_guardrail_version(guardrailIdentifier=made)
    client.update_guardrail(guardrailIdentifier=made, name="kept", **MESSAGES, **words("x"))
    read = client.get_guardrail(guardrailIdentifier=made, guardrailVersion="1")
    assert read["contentPolicy"]["tier"] == {"tierName": "STANDARD"}
    assert read["crossRegionDetails"]["guardrailProfileArn"] == PROFILE
    assert read["automatedReasoningPolicy"]["policies"] == [LOGIC.format("us-east-1")]
    draft = client.get_guardrail(guardrailIdentifier=made)
    assert not {"contentPolicy", "crossRegionDetails", "automatedReasoningPolicy"} & {*draft}


def test_a_twenty_first_version_is_refused(cloud):
    client = cloud.client("bedrock")
    made = client.create_guardrail(name="many", **MESSAGES, **words("x"))["guardrailId"]
    for _ in range(20):
        client.create_guardrail_version(guardrailIdentifier=made)
    with pytest.raises(ClientError, match="at most 20 versions"):
        client.create_guardrail_version(guardrailIdentifier=made)
    client.delete_guardrail(guardrailIdentifier=made, guardrailVersion="1")
    assert client.create_guardrail_version(guardrailIdentifier=made)["version"] == "21"


def test_each_direction_has_an_action_of_its_own(cloud):
    client = cloud.client("bedrock")
    word = {"text": "durian", "inputAction": "NONE", "outputAction": "BLOCK"}
    mail = {"type": "EMAIL", "action": "NONE", "inputAction": "ANONYMIZE", "outputAction": "NONE"}
    made = client.create_guardrail(
        name="directed",
        **MESSAGES,
        wordPolicyConfig={"wordsConfig": [word]},
        sensitiveInformationPolicyConfig={"piiEntitiesConfig": [mail]},
    )["guardrailId"]

    def applied(source: str, text: str) -> tuple[str, str]:
        answer = cloud.client("bedrock-runtime").apply_guardrail(
            guardrailIdentifier=made,
            guardrailVersion="DRAFT",
            source=source,
            content=[{"text": {"text": text}}],
        )
        return answer["action"], answer["outputs"][0]["text"] if answer["outputs"] else ""

    assert applied("INPUT", "a durian")[0] == "NONE"
    assert applied("OUTPUT", "a durian") == ("GUARDRAIL_INTERVENED", "not out")
    assert applied("INPUT", "to bob@example.com")[1] == "to {EMAIL}"
    assert applied("OUTPUT", "to bob@example.com")[0] == "NONE"


def test_who_applies_a_guardrail_must_be_allowed_to_wherever_it_judges(cloud):
    client = cloud.client("bedrock")
    arn = client.create_guardrail(
        name="crossing", **MESSAGES, **words("durian"), **crossing(PROFILE)
    )["guardrailArn"]
    everywhere = [PROFILE, PROFILE.replace("-1:", "-2:"), PROFILE.replace("east-1", "west-2")]
    request = {
        "guardrailIdentifier": arn,
        "guardrailVersion": "DRAFT",
        "source": "INPUT",
        "content": [{"text": {"text": "a durian"}}],
    }
    for name, resources in (("here", [arn, PROFILE]), ("everywhere", [arn, *everywhere])):
        allowed = {"Action": "bedrock:ApplyGuardrail", "Resource": resources}
        runtime = cloud.client_as(cloud.role(f"applies-{name}", allowed), "bedrock-runtime")
        if name == "here":
            with pytest.raises(ClientError, match=r"us-east-2.*guardrail-profile"):
                runtime.apply_guardrail(**request)
        else:
            assert runtime.apply_guardrail(**request)["action"] == "GUARDRAIL_INTERVENED"
