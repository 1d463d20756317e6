"""Listeners that stop speaking TLS, or never do."""

from collections.abc import Callable, Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.template import Json

LISTENER = ("AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancing::LoadBalancer")
SECURE = {"HTTPS", "TLS", "SSL"}
WHY = "what is said can be read on the way"


@on_change(
    "tls-dropped", category="exposure", on=LISTENER, fix="keep HTTPS, and redirect from HTTP"
)
def listeners_stay_encrypted(change: Change) -> Iterator[Hazard]:
    """A listener that spoke TLS still does, and a new one that speaks HTTP only redirects."""
    if not change.after:
        return
    was, now = _protocols(change.was), _protocols(change.now)
    redirected, redirects = _redirects(change.was), _redirects(change.now)
    if was & SECURE and not now & SECURE:
        yield Hazard("critical", sorted(was), sorted(now), WHY)
    elif redirected and not redirects and "HTTP" in now:
        yield Hazard("high", "redirect to HTTPS", "answers on HTTP", WHY)
    elif not change.before and "HTTP" in now and not redirects:
        yield Hazard("medium", None, "answers on HTTP", WHY)


def _protocols(side: Callable[[str], Json]) -> set[str]:
    """A classic load balancer has all its listeners in one list."""
    listeners = side("Listeners")
    given = [each.get("Protocol") for each in listeners] if listeners else [side("Protocol")]
    return {str(each).upper() for each in given if each}


def _redirects(side: Callable[[str], Json]) -> bool:
    actions = side("DefaultActions")
    return isinstance(actions, list) and any(
        isinstance(each, Mapping) and (each.get("RedirectConfig") or {}).get("Protocol") == "HTTPS"
        for each in actions
    )
