"""The oldest version of TLS that is still spoken, whatever the property is called."""

import re
from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.template import Json

NAMES = re.compile(
    r"^(SslPolicy|SecurityPolicy|SecurityPolicyName|MinimumProtocolVersion|TLSSecurityPolicy|MinimumTlsVersion)$",
    re.IGNORECASE,
)
LISTENER = ("AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancing::LoadBalancer")
SECURE = ("HTTPS", "TLS", "SSL")


@on_change("tls-floor", category="exposure", fix="keep TLS 1.2 or newer as the oldest version")
def old_tls_stays_off(change: Change) -> Iterator[Hazard]:
    """No older version of TLS is spoken than before."""
    before = dict(_policies(change.before.properties, "")) if change.before else {}
    after = dict(_policies(change.after.properties, "")) if change.after else {}
    for place in sorted({*before} - {*after}) if change.after else ():
        if (floor(before[place]) or 0) >= 1.2:
            yield Hazard("medium", before[place], None, "the service chooses what is spoken")
    for place, policy in after.items():
        now = floor(policy)
        was = floor(before[place]) if place in before else None
        if now is not None and now < (was or (0.0 if change.before else 1.2)):
            severity = "high" if now < 1.2 else "medium"
            yield Hazard(severity, before.get(place), policy, f"TLS {now:g} is spoken again")


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


def floor(policy: str) -> float | None:
    """The oldest version in the policy's name: `ELBSecurityPolicy-TLS13-1-2-2021-06` is 1.2."""
    text = policy.upper()
    if text.startswith("SSLV3"):
        return 0.9
    if "2016-08" in text or "2015-05" in text or text in ("TLSV1", "TLSV1_2016"):
        return 1.0
    found = re.search(r"(?:TLS13|TLS|TLSV1?)[-_.V]*1[-_.]([0-3])(?![0-9])", text)
    if not found:
        found = re.search(r"TLSV?1[._]([0-3])", text)
    if found:
        return 1 + int(found[1]) / 10
    return None


def _policies(value: Json, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            if NAMES.match(str(name)) and isinstance(each, str):
                yield f"{place}.{name}", each
            else:
                yield from _policies(each, f"{place}.{name}")
    elif isinstance(value, list):
        for i, each in enumerate(value):
            yield from _policies(each, f"{place}.{i}")


def _redirects(actions: Json) -> bool:
    return isinstance(actions, list) and any(
        isinstance(each, Mapping) and (each.get("RedirectConfig") or {}).get("Protocol") == "HTTPS"
        for each in actions
    )
