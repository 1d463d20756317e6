"""What ApplyGuardrail answers, in its own shape."""

from typing import Any

_UNITS = dict.fromkeys(
    (
        "topicPolicyUnits",
        "contentPolicyUnits",
        "wordPolicyUnits",
        "sensitiveInformationPolicyUnits",
        "sensitiveInformationPolicyFreeUnits",
        "contextualGroundingPolicyUnits",
    ),
    0,
)
_MASKING = {"type": "EMAIL", "match": "jane@example.com", "action": "ANONYMIZED"}
_BLOCKING = {"match": "Project Nightjar", "action": "BLOCKED"}

FINE: dict[str, Any] = {"usage": _UNITS, "action": "NONE", "outputs": [], "assessments": [{}]}


def masked(*texts: str) -> dict[str, Any]:
    found = {"sensitiveInformationPolicy": {"piiEntities": [_MASKING], "regexes": []}}
    return _intervened(texts, found)


def blocked(message: str = "Blocked.") -> dict[str, Any]:
    words = {"customWords": [_BLOCKING], "managedWordLists": []}
    return _intervened([message], {"wordPolicy": words})


def _intervened(texts: Any, found: Any) -> dict[str, Any]:
    return {
        "usage": _UNITS,
        "action": "GUARDRAIL_INTERVENED",
        "outputs": [{"text": text} for text in texts],
        "assessments": [found],
    }
