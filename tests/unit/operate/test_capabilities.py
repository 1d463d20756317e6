"""Capabilities: which flag of which package lets a request hold what."""

import pytest

from operate.models.capabilities import capabilities, limits
from tests.unit.operate.installed import model

PLAIN = ["system", "temperature", "top_p", "stop", "streaming"]
TOOLS = {"supports_function_calling": True, "supports_tool_choice": True}
FLAGS = {
    "nothing known": ({}, PLAIN),
    "no system prompt": ({"supports_system_messages": False}, PLAIN[1:]),
    "no sampling": ({"supports_sampling_params": False}, ["system", "stop", "streaming"]),
    "tools": (TOOLS, [*PLAIN[:4], "tools", "tool_choice", "streaming"]),
    "tools, none forced": (
        {**TOOLS, "supports_forced_tool_use": False},
        [*PLAIN[:4], "tools", "streaming"],
    ),
    "always thinking": ({**TOOLS, "thinking_always_on": True}, [*PLAIN[:4], "tools", "streaming"]),
    "a choice without tools": ({"supports_tool_choice": True}, PLAIN),
    "caching": ({"supports_prompt_caching": True}, [*PLAIN[:4], "caching", "streaming"]),
    "caching by itself": (
        {"supports_prompt_caching": True, "supports_prompt_cache_breakpoint": False},
        PLAIN,
    ),
    "structured output": (
        {"supports_native_structured_output": True},
        [*PLAIN[:4], "structured_output", "streaming"],
    ),
    "structured on the provider's API": ({"supports_response_schema": True}, PLAIN),
    "structured on Bedrock": (
        {
            "supports_native_structured_output": False,
            "supports_bedrock_native_structured_output": True,
        },
        [*PLAIN[:4], "structured_output", "streaming"],
    ),
}


@pytest.mark.parametrize("case", FLAGS)
def test_follow_the_flags(case):
    flags, accepted = FLAGS[case]
    assert capabilities("chat", model(), flags)["accepts"] == accepted


def test_images_and_streaming_are_for_bedrock_to_say():
    seeing = model(inputModalities=["IMAGE", "TEXT"], responseStreamingSupported=False)
    accepts = capabilities("chat", seeing, {"supports_vision": False})["accepts"]
    assert "images" in accepts and "streaming" not in accepts


def test_the_effort_is_spelled_as_the_flag_says():
    flagged = capabilities("chat", model(), {"supports_output_config": True})
    assert flagged["reasoning_effort"] == "output_config"
    assert "reasoning_effort" not in capabilities("chat", model(), {})


@pytest.mark.parametrize("kind", ["embedding", "rerank"])
def test_only_a_chat_model_takes_parameters(kind):
    assert capabilities(kind, model(), TOOLS)["accepts"] == []


def test_limits_are_those_that_mean_something_for_the_kind():
    assert limits({"mode": "chat", "max_input_tokens": 9, "max_output_tokens": 3}) == {
        "context_tokens": 9,
        "max_output_tokens": 3,
    }
    assert limits({"mode": "rerank", "max_input_tokens": 9, "max_output_tokens": 9}) == {
        "context_tokens": 9
    }
    assert limits({"mode": "embedding", "max_input_tokens": 9, "output_vector_size": 5}) == {
        "context_tokens": 9,
        "dimensions": [5],
    }
    assert limits({}) == {}
