"""The oldest version of TLS that is still spoken, whatever the property is called."""

import re
from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.template import Json

NAMES = re.compile(
    r"^(SslPolicy|SecurityPolicy|SecurityPolicyName|MinimumProtocolVersion|TLSSecurityPolicy|MinimumTlsVersion)$",
    re.IGNORECASE,
)


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
