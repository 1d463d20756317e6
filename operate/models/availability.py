"""Where a model answers, from bedrock-models: regions, profiles, lifecycle and kind."""

from collections.abc import Mapping, Sequence

from operate.models.facts import Facts
from operate.models.packages import Record

Regions = Sequence[str]


def kind_of(model: Record, price: Record) -> str:
    """Rerankers are text in, text out, like chat models; only the price map tells them apart."""
    if "EMBEDDING" in model["outputModalities"]:
        return "embedding"
    return "rerank" if price.get("mode") == "rerank" else "chat"


def availability(model: Record) -> Facts:
    """The regions of the bare id, and those of every profile, by source region."""
    profiles: Mapping[str, Mapping[str, Regions] | Regions] = model.get("inferenceProfile", {})
    return {
        "lifecycle": model["model_lifecycle_status"],
        "on_demand": sorted(r for r, how in model["inference_types"].items() if "ON_DEMAND" in how),
        "profiles": {name.lower(): _by_source(routes) for name, routes in profiles.items()},
    }


def _by_source(routes: Mapping[str, Regions] | Regions) -> dict[str, list[str]]:
    """A profile with one list of regions takes from each and may serve in any."""
    if not isinstance(routes, Mapping):
        return {"*": sorted(routes)}
    return {source: sorted(destinations) for source, destinations in routes.items()}
