"""What tokens cost, in micro-dollars: exactly once they are counted, at most before that."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gateway.settings import Price, Target

_PICO_IN_A_MICRO = 1_000_000
# No tokenizer makes more than one token of a byte. A model's template has tokens of its own around
# every message, but fewer than the JSON of that message has bytes; this is for the first ones.
_TEMPLATE_TOKENS = 16
# The most that a model of the catalogue makes of one: Qwen's; most stay below 5,000.
_IMAGE_TOKENS = 16_384


def cost_micro_usd(usage: Mapping[str, int], target: Target) -> int:
    """Rounded up; `usage` is Converse's, whose `inputTokens` are those that no cache had."""
    read, written = cached_tokens(usage)
    price = target.price
    if target.long and input_tokens(usage) > target.long[0]:
        price = target.long[1]
    return _micro(
        usage["inputTokens"] * price.input
        + read * price.cache_read
        + written * price.cache_write
        + usage["outputTokens"] * price.output
    )


def input_tokens(usage: Mapping[str, int]) -> int:
    """All that the model has read, from wherever."""
    return usage["inputTokens"] + sum(cached_tokens(usage))


def cached_tokens(usage: Mapping[str, int]) -> tuple[int, int]:
    """Read from a cache, and written there; Converse leaves out what there is none of."""
    return usage.get("cacheReadInputTokens", 0), usage.get("cacheWriteInputTokens", 0)


def most_micro_usd(input_tokens: int, output_tokens: int, targets: Iterable[Target]) -> int:
    """What no request of at most so many tokens exceeds, whichever target answers it."""
    return max(
        _micro(input_tokens * _dearest_input(price) + output_tokens * price.output)
        for target in targets
        for price in _prices(target, input_tokens)
    )


def input_tokens_at_most(text_bytes: int, images: int) -> int:
    """`text_bytes` is the UTF-8 length of what the model reads, as JSON: roles and tools count."""
    return text_bytes + images * _IMAGE_TOKENS + _TEMPLATE_TOKENS


def _prices(target: Target, input_tokens: int) -> Iterator[Price]:
    """Those that may apply: what is counted in the end may be less than was feared."""
    yield target.price
    if target.long and input_tokens > target.long[0]:
        yield target.long[1]


def _dearest_input(price: Price) -> int:
    return max(price.input, price.cache_read, price.cache_write)


def _micro(pico: int) -> int:
    return -(-pico // _PICO_IN_A_MICRO)
