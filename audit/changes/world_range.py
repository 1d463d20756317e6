"""The whole internet, wherever a range of addresses may be written."""

from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.openings import is_world
from audit.settings import settings_of
from audit.template import Json

# These are judged by rules of their own, or say where traffic may go and not from where.
ELSEWHERE = (
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::NetworkAclEntry",
    "AWS::EC2::Route",
    "AWS::EC2::ClientVpnRoute",
    "AWS::EC2::TransitGatewayRoute",
    "AWS::NetworkFirewall::RuleGroup",
)


@on_change("world-range", category="exposure", fix="name the addresses that must come in")
def ranges_do_not_become_the_world(change: Change) -> Iterator[Hazard]:
    """No list of addresses newly holds every address."""
    if not change.after or change.after.type in ELSEWHERE or "::IAM::" in change.after.type:
        return
    if change.after.name in change.head.templates:
        return  # a nested stack is judged by what it makes of what it is given
    told = {each.path for each in settings_of(change.after.type)}
    before = set(_ranges(change.before.properties, "")) if change.before else set()
    for place, range in sorted(set(_ranges(change.after.properties, "")) - before):
        if place in told:
            continue
        severity = "high" if change.before else "medium"
        yield Hazard(severity, change.was(place), {place: range}, "every address is among these")


def _ranges(value: Json, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            # Conditions of policies are compared by meaning elsewhere.
            if name not in ("Condition", "Tags"):
                yield from _ranges(each, f"{place}.{name}".lstrip("."))
    elif isinstance(value, list):
        for each in value:
            yield from _ranges(each, place)
    elif isinstance(value, str) and "/" in value and is_world(value):
        yield place, str(value)
