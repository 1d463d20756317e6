"""What a request to a model may hold and how long it may be, from flags of both packages."""

from operate.models.facts import Facts
from operate.models.packages import Record


def limits(price: Record) -> Facts:
    """Lengths in tokens and of vectors, as far as the price map knows them."""
    known = {
        "context_tokens": price.get("max_input_tokens"),
        "max_output_tokens": price.get("max_output_tokens") if price.get("mode") == "chat" else 0,
        "dimensions": [price["output_vector_size"]] if "output_vector_size" in price else [],
    }
    return {name: length for name, length in known.items() if length}


def capabilities(kind: str, model: Record, price: Record) -> Facts:
    """Guardrails and application profiles are in neither package: the overrides give them."""
    if kind != "chat":
        return {"accepts": [], "guardrails": False, "application_profiles": False}
    effort = {"reasoning_effort": "output_config"} if price.get("supports_output_config") else {}
    accepts = [name for name, taken in _accepted(model, price).items() if taken]
    return {"accepts": accepts, "guardrails": False, "application_profiles": False, **effort}


def _accepted(model: Record, price: Record) -> dict[str, bool]:
    """In the order in which the catalogue lists them; unknown is no, except what Converse takes
    from nearly every model."""
    takes_sampling = price.get("supports_sampling_params", True)
    takes_tools = price.get("supports_function_calling", False)
    return {
        "system": price.get("supports_system_messages", True),
        "temperature": takes_sampling,
        "top_p": takes_sampling,
        "stop": True,
        "tools": takes_tools,
        "tool_choice": takes_tools and _can_be_forced(price),
        "images": "IMAGE" in model["inputModalities"],
        "caching": _takes_cache_points(price),
        "structured_output": _is_structured(price),
        "streaming": model["responseStreamingSupported"],
    }


def _can_be_forced(price: Record) -> bool:
    """A model that always thinks refuses to be told which tool to use: bedrock-2026 §0.7."""
    forced = price.get("supports_forced_tool_use", not price.get("thinking_always_on", False))
    return bool(price.get("supports_tool_choice", False) and forced)


def _takes_cache_points(price: Record) -> bool:
    """Some models cache by themselves, and refuse a cachePoint: the narrower flag wins."""
    caches = price.get("supports_prompt_caching", False)
    return bool(price.get("supports_prompt_cache_breakpoint", caches))


def _is_structured(price: Record) -> bool:
    """`outputConfig.textFormat` on Bedrock; the general flag speaks of the provider's own API."""
    native = price.get("supports_native_structured_output", False)
    return bool(price.get("supports_bedrock_native_structured_output", native))
