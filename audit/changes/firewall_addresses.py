"""Lists of addresses that a web firewall's rules name."""

import json
from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.view import Resource, View

LISTS = ("AWS::WAFv2::IPSet", "AWS::WAFv2::RegexPatternSet")
RULES = ("AWS::WAFv2::WebACL", "AWS::WAFv2::RuleGroup")
CONTENT = ("Addresses", "RegularExpressionList")


@on_change(
    "firewall-addresses",
    category="exposure",
    on=LISTS,
    fix="keep what is blocked, and say why what is let in may come in",
)
def lists_block_the_same(change: Change) -> Iterator[Hazard]:
    """What a rule blocks by a list it still blocks, and what it lets in does not grow."""
    if not change.before or not change.after:
        return
    was, now = (_content(each) for each in (change.before, change.after))
    allows = _actions(change.after, change.head)
    if (lost := sorted(was - now)) and allows != {"Allow"}:
        yield Hazard("medium", lost, None, "rules that name the list do not see these any more")
    if (gained := sorted(now - was)) and "Allow" in allows:
        yield Hazard("medium", None, gained, "a rule lets these in before others see them")


def _content(resource: Resource) -> set[str]:
    return {str(each) for name in CONTENT for each in resource.get(name) or []}


def _actions(named: Resource, view: View) -> set[str]:
    """What the rules that name the list do."""
    return {
        next(iter(rule.get("Action") or {}), "")
        for firewall in view.of(*RULES)
        for rule in firewall.get("Rules") or []
        if f"${{{named.name}." in json.dumps(rule.get("Statement"))
    }
