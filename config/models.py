"""The catalogue's types: what is known about a model, and which id of it can be invoked where."""

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Capability = Literal[
    "system",
    "temperature",
    "top_p",
    "stop",
    "tools",
    "tool_choice",
    "images",
    "caching",
    "structured_output",
    "streaming",
]
# How a model's request spells the effort of its reasoning: bedrock-2026 §3.3, "Effort".
Effort = Literal["output_config", "reasoning", "reasoning_effort", "reasoning_config"]
# How InvokeModel is asked for vectors: lambda/gateway/embedding_models.py has each spelling.
Embedding = Literal["titan_v1", "titan_v2", "titan_multimodal", "cohere_v3", "cohere_v4", "nova"]
Positive = Annotated[float, Field(gt=0)]


class Fact(BaseModel):
    """A frozen record that refuses fields that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Sourced(Fact):
    """Facts that were read together: where, and the day whose state they show."""

    source: str = Field(min_length=1)
    retrieved: date


class TokenPrice(Fact):
    """US dollars per million tokens, or per query of a reranker."""

    input: Positive | None = None
    output: Positive | None = None
    cache_read: Positive | None = None
    cache_write: Positive | None = None
    query: Positive | None = None


class Prices(Fact):
    """One price for the bare id and for geographic profiles, another for the global profile;
    `elsewhere` has those of the profiles ("eu") and regions ("eu-west-2") that cost otherwise."""

    regional: TokenPrice | None = None
    global_: TokenPrice | None = Field(default=None, alias="global")
    elsewhere: Mapping[str, TokenPrice] = {}

    def at(self, place: str) -> TokenPrice | None:
        """The price through a profile, given its prefix, or of the bare id, given a region."""
        return self.global_ if place == "global" else self.elsewhere.get(place, self.regional)


class LongPrice(Prices):
    """What a request costs whose input is longer than `above` tokens."""

    above: int = Field(gt=0)


class Price(Prices, Sourced):
    """The list price; `long` where long requests cost more."""

    long: LongPrice | None = None


class Limits(Sourced):
    """Lengths in tokens; `dimensions` are the lengths of vector that an embedding model makes."""

    context_tokens: int = Field(gt=0)
    max_output_tokens: int | None = Field(default=None, gt=0)
    dimensions: tuple[int, ...] = ()


class Capabilities(Sourced):
    """What a request to the model may hold; `reasoning_effort` says how it is spelled.

    `embedding` is the shape of an InvokeModel request that makes vectors, where a route serves it.
    """

    accepts: frozenset[Capability]
    guardrails: bool
    application_profiles: bool
    reasoning_effort: Effort | None = None
    embedding: Embedding | None = None


class Model(Sourced):
    """A foundation model of Bedrock, and where it answers.

    `on_demand` lists the regions where the bare id answers. `profiles` maps a prefix ("us", "eu",
    "global") to source region -> destination regions; the source "*" stands for every one of the
    destinations. A LEGACY model cannot be adopted anew; after `end_of_life` it is gone.
    """

    id: str
    provider: str
    kind: Literal["chat", "embedding", "rerank"]
    lifecycle: Literal["ACTIVE", "LEGACY"]
    end_of_life: date | None = None
    on_demand: tuple[str, ...]
    profiles: Mapping[str, Mapping[str, tuple[str, ...]]] = {}
    limits: Limits
    capabilities: Capabilities
    price: Price | None = None

    def destinations(self, prefix: str, region: str) -> tuple[str, ...]:
        """Where a request to this profile from `region` may be served; empty if it cannot be."""
        by_source = self.profiles.get(prefix, {})
        everywhere = by_source.get("*", ())
        return by_source.get(region, everywhere if region in everywhere else ())


Catalogue = Mapping[str, Model]


class Target(Fact):
    """Something that Bedrock can invoke from one region: a bare model id or a profile id."""

    id: str
    model: Model
    prefix: str | None
    destinations: tuple[str, ...]

    @property
    def place(self) -> str:
        """What its price goes by: the profile's prefix, or the region of a bare id."""
        return self.prefix or self.destinations[0]

    @property
    def price(self) -> TokenPrice | None:
        """What a token costs through this id; None when nobody has priced it."""
        return self.model.price.at(self.place) if self.model.price else None

    @property
    def long_price(self) -> tuple[int, TokenPrice] | None:
        """Above how many tokens of input a request costs more, and what; None if never."""
        long = self.model.price.long if self.model.price else None
        price = long and long.at(self.place)
        return (long.above, price) if long and price else None


def invocable_ids(model: Model, region: str) -> tuple[str, ...]:
    """Every id under which `model` answers from `region`: the bare one first, then profiles."""
    bare = (model.id,) if region in model.on_demand else ()
    prefixes = (prefix for prefix in model.profiles if model.destinations(prefix, region))
    return (*bare, *(f"{prefix}.{model.id}" for prefix in prefixes))


def find_target(given: str, catalogue: Catalogue, region: str) -> Target:
    """Resolve the id that an environment file gives.

    Raises ValueError with the ids that would be right: an unknown model, a model that is not
    offered in the region, or one that answers there only through an inference profile.
    """
    prefix, _, rest = given.partition(".")
    if given in catalogue:
        model, prefix_used = catalogue[given], None
    elif rest in catalogue:
        model, prefix_used = catalogue[rest], prefix
    else:
        near = get_close_matches(given, _all_ids(catalogue, region), n=3, cutoff=0.5)
        raise ValueError(f"not in the catalogue (config/models.toml); close: {near or 'nothing'}")
    usable = invocable_ids(model, region)
    if not usable:
        raise ValueError(f"not offered in {region!r}; check `region`, or name another model")
    if given not in usable:
        raise ValueError(f"cannot be invoked from {region}; there, use one of {list(usable)}")
    destinations = model.destinations(prefix_used, region) if prefix_used else (region,)
    return Target(id=given, model=model, prefix=prefix_used, destinations=destinations)


def _all_ids(catalogue: Catalogue, region: str) -> list[str]:
    return [id for model in catalogue.values() for id in invocable_ids(model, region)]
