"""Listeners that stop asking visitors to sign in."""

from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.template import Json

LISTENER = ("AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancing::LoadBalancer")


@on_change(
    "sign-in-dropped",
    category="exposure",
    on=(*LISTENER, "AWS::ElasticLoadBalancingV2::ListenerRule"),
    fix="keep the action that signs visitors in",
)
def listeners_still_sign_in(change: Change) -> Iterator[Hazard]:
    """A listener that asked visitors to sign in still does."""
    for name in ("DefaultActions", "Actions"):
        was, now = (_signs_in(side(name)) for side in (change.was, change.now))
        if change.after and was and not now:
            yield Hazard("critical", was, None, "anyone who knows the address is let in")


def _signs_in(actions: Json) -> list[str]:
    types = [each.get("Type") for each in actions or [] if isinstance(each, Mapping)]
    return [str(each) for each in types if str(each).startswith(("authenticate-", "jwt-"))]
