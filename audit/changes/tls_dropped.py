"""Listeners that stop speaking TLS."""

from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.template import Json

LISTENER = ("AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancing::LoadBalancer")

SECURE = ("HTTPS", "TLS", "SSL")


@on_change(
    "tls-dropped", category="exposure", on=LISTENER, fix="keep HTTPS, and redirect from HTTP"
)
def listeners_stay_encrypted(change: Change) -> Iterator[Hazard]:
    """A listener that spoke TLS still does."""
    was, now = str(change.was("Protocol")), str(change.now("Protocol"))
    if change.after and was in SECURE and now not in SECURE:
        yield Hazard("critical", was, now, "what is said can be read on the way")
    if (
        change.after
        and _redirects(change.was("DefaultActions"))
        and not _redirects(change.now("DefaultActions"))
        and now == "HTTP"
    ):
        yield Hazard(
            "high", "redirect to HTTPS", "answers on HTTP", "what is said can be read on the way"
        )


def _redirects(actions: Json) -> bool:
    return isinstance(actions, list) and any(
        isinstance(each, Mapping) and (each.get("RedirectConfig") or {}).get("Protocol") == "HTTPS"
        for each in actions
    )
