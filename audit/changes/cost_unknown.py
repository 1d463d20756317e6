"""What the change adds and no price tells the cost of."""

from collections.abc import Iterator

from audit.change import Comparison, Hazard, on_environment
from audit.cost import monthly


@on_environment(
    "cost-unknown", category="cost", fix="look the price up, and add it to audit/data/prices.toml"
)
def prices_are_known(compared: Comparison) -> Iterator[Hazard]:
    """What is added has a price that we know."""
    known = {*monthly(compared.base).unpriced}
    types = {
        compared.head.resources[name].type: compared.head.resources[name]
        for name in monthly(compared.head).unpriced
        if name not in known and compared.partner(compared.head.resources[name]) is None
    }
    for type, resource in sorted(types.items()):
        if type.startswith("AWS::"):
            yield Hazard(
                "low",
                None,
                type,
                "what it costs is not known, which is not the same as nothing",
                subject=resource,
            )
