"""What the change costs a month by itself."""

from collections.abc import Iterator

from audit.change import Comparison, Hazard, on_environment
from audit.cost import gravity, monthly


@on_environment(
    "cost-rises", category="cost", fix="share what is there, or let the budget's owner approve it"
)
def it_costs_no_more(compared: Comparison) -> Iterator[Hazard]:
    """The environment costs no more a month by being there."""
    before, after = monthly(compared.base), monthly(compared.head)
    more = after.total - before.total
    severity = gravity(more)
    if not severity:
        return
    risen = {name: usd - before.usd.get(name, 0) for name, usd in after.usd.items()}
    dearest = max(sorted(risen), key=lambda name: risen[name])
    why = f"${more:,.2f} a month more, most of it for {dearest} (${risen[dearest]:,.2f})"
    yield Hazard(severity, f"${before.total:,.2f}", f"${after.total:,.2f}", why, subject=dearest)
