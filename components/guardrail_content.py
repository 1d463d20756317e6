"""What a guardrail says, in CloudFormation's words: only what differs from the service's defaults.

Entries are sorted, so that neither another order in the file nor a new field of ours that nobody
sets makes another content of it.
"""

from typing import Any, Literal

from aws_cdk import aws_bedrock as bedrock

from config.directions import Directions
from config.guardrail import Guardrail
from config.guardrail_policies import FilterSide

Cfn = bedrock.CfnGuardrail


def policies(guardrail: Guardrail) -> dict[str, Any]:
    """Arguments of CfnGuardrail: the policies that the guardrail has."""
    found = {
        "content_policy_config": _content(guardrail),
        "topic_policy_config": _topics(guardrail),
        "word_policy_config": _words(guardrail),
        "sensitive_information_policy_config": _sensitive(guardrail),
        "contextual_grounding_policy_config": _grounding(guardrail),
        "automated_reasoning_policy_config": _reasoning(guardrail),
    }
    return {name: config for name, config in found.items() if config is not None}


def _content(guardrail: Guardrail) -> Cfn.ContentPolicyConfigProperty | None:
    if not guardrail.content_filters:
        return None
    filters = [
        Cfn.ContentFilterConfigProperty(
            type=category, **_side("input", filter.input), **_side("output", filter.output)
        )
        for category, filter in sorted(guardrail.content_filters.items())
    ]
    tier = guardrail.content_tier
    return Cfn.ContentPolicyConfigProperty(
        filters_config=filters,
        content_filters_tier_config=None
        if tier == "CLASSIC"
        else Cfn.ContentFiltersTierConfigProperty(tier_name=tier),
    )


def _side(direction: Literal["input", "output"], side: FilterSide) -> dict[str, Any]:
    said: dict[str, Any] = {f"{direction}_strength": side.strength}
    if side.modalities != ("TEXT",):
        said[f"{direction}_modalities"] = sorted(side.modalities)
    return {**said, **_act(direction, side.action)}


def _topics(guardrail: Guardrail) -> Cfn.TopicPolicyConfigProperty | None:
    if not guardrail.topics:
        return None
    topics = [
        Cfn.TopicConfigProperty(
            name=topic.name,
            definition=topic.definition,
            examples=list(topic.examples) or None,
            type="DENY",
            **_blocks(topic.action),
        )
        for topic in sorted(guardrail.topics, key=lambda topic: topic.name)
    ]
    tier = guardrail.topics_tier
    return Cfn.TopicPolicyConfigProperty(
        topics_config=topics,
        topics_tier_config=None
        if tier == "CLASSIC"
        else Cfn.TopicsTierConfigProperty(tier_name=tier),
    )


def _words(guardrail: Guardrail) -> Cfn.WordPolicyConfigProperty | None:
    if not guardrail.words and not guardrail.profanity:
        return None
    words = [
        Cfn.WordConfigProperty(text=word.text, **_blocks(word.action))
        for word in sorted(guardrail.words, key=lambda word: word.text)
    ]
    profane = guardrail.profanity and Cfn.ManagedWordsConfigProperty(
        type="PROFANITY", **_blocks(guardrail.profanity)
    )
    return Cfn.WordPolicyConfigProperty(
        words_config=words or None, managed_word_lists_config=[profane] if profane else None
    )


def _sensitive(
    guardrail: Guardrail,
) -> Cfn.SensitiveInformationPolicyConfigProperty | None:
    if not guardrail.pii and not guardrail.patterns:
        return None
    entities = [
        Cfn.PiiEntityConfigProperty(type=entity, **_masks(action))
        for entity, action in sorted(guardrail.pii.items())
    ]
    regexes = [
        Cfn.RegexConfigProperty(
            name=name,
            pattern=regex.pattern,
            description=regex.description,
            **_masks(regex.action),
        )
        for name, regex in sorted(guardrail.patterns.items())
    ]
    return Cfn.SensitiveInformationPolicyConfigProperty(
        pii_entities_config=entities or None, regexes_config=regexes or None
    )


def _grounding(guardrail: Guardrail) -> Cfn.ContextualGroundingPolicyConfigProperty | None:
    filters = [
        Cfn.ContextualGroundingFilterConfigProperty(
            type=type,
            threshold=filter.threshold,
            action=None if filter.action == "BLOCK" else filter.action,
        )
        for type, filter in sorted(guardrail.grounding.items())
    ]
    return Cfn.ContextualGroundingPolicyConfigProperty(filters_config=filters) if filters else None


def _reasoning(guardrail: Guardrail) -> Cfn.AutomatedReasoningPolicyConfigProperty | None:
    reasoning = guardrail.automated_reasoning
    if reasoning is None:
        return None
    return Cfn.AutomatedReasoningPolicyConfigProperty(
        policies=sorted(reasoning.policies), confidence_threshold=reasoning.confidence_threshold
    )


def _blocks(action: Directions) -> dict[str, Any]:
    return {**_act("input", action.input), **_act("output", action.output)}


def _masks(action: Directions) -> dict[str, Any]:
    if action.input == action.output:
        return {"action": action.input}
    # The service demands a common action besides; it holds nowhere when both directions say.
    common = action.input if action.output == "OFF" else action.output
    sides = {"input": action.input, "output": action.output}
    own = {f"{way}_action": word for way, word in sides.items() if word != "OFF"}
    off = {f"{way}_enabled": False for way, word in sides.items() if word == "OFF"}
    return {"action": common, **own, **off}


def _act(direction: Literal["input", "output"], word: str) -> dict[str, Any]:
    if word == "BLOCK":
        return {}
    return {f"{direction}_enabled": False} if word == "OFF" else {f"{direction}_action": word}
