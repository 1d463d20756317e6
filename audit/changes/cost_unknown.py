"""What the change adds and no price tells the cost of."""

from collections.abc import Iterator

from audit.change import Comparison, Hazard, on_environment
from audit.cost import by_class, monthly
from audit.view import Resource


@on_environment(
    "cost-unknown", category="cost", fix="look the price up, and add it to audit/data/prices.toml"
)
def prices_are_known(compared: Comparison) -> Iterator[Hazard]:
    """What is added has a price that we know."""
    known = {*monthly(compared.base).unpriced}
    types: dict[str, Resource] = {}
    for name in monthly(compared.head).unpriced:
        resource = compared.head.resources[name]
        partner = compared.partner(resource)
        resized = partner and any(
            partner.get(each) != resource.get(each) for each in by_class(resource.type)
        )
        if resized or (name not in known and not partner):
            types.setdefault(resource.type, resource)
    for type, resource in sorted(types.items()):
        if type.startswith("AWS::"):
            sizes = {each: resource.get(each) for each in by_class(type) if resource.get(each)}
            yield Hazard(
                "medium" if sizes else "low",
                None,
                {type: sizes} if sizes else type,
                "what it costs is not known, which is not the same as nothing",
                subject=resource,
            )
