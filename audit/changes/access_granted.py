"""What roles, users and groups may do: more than before, or less denied than before."""

from collections.abc import Iterator

from audit.change import Comparison, Hazard, on_environment
from audit.iam.gravity import gravity
from audit.iam.holders import Holder, holders
from audit.iam.inclusion import CONDITION, DENY, NEW, UNDECIDED, Broadening, broadenings, lifted
from audit.iam.pinned import without_upgrades
from audit.iam.said import category, said

WHY = {
    NEW: "it may do what it could not do before",
    CONDITION: "it may do more: a condition on it is gone or weaker",
    DENY: "what was denied is not denied any more",
    UNDECIDED: "whether it may do more cannot be decided; read it as if it did",
}


@on_environment(
    "access-broadened",
    category="access",
    fix="grant the actions that are called, on the resources that they are called for",
)
def nobody_may_do_more(compared: Comparison) -> Iterator[Hazard]:
    """No role, user or group may do more than before."""
    before, after = holders(compared.base), holders(compared.head)
    for name, holder in after.items():
        partner = compared.partner(holder.resource) or compared.base.resources.get(name)
        old = before.get(partner.name) if partner else None
        yield from _compared(old, holder)


def _compared(old: Holder | None, new: Holder) -> Iterator[Hazard]:
    before = old.statements if old else []
    after = without_upgrades(before, new.statements)
    if old and set(before) == set(after) and not new.unclear:
        return
    # A lost denial is told once, as what it denied.
    found = lifted(before, after)
    found += [each for each in broadenings(before, after) if each.cause != DENY or not found]
    for each in found:
        yield _hazard(each, old, new)
    known = {text for _, text in old.unclear} if old else set()
    for source, text in new.unclear:
        if text not in known:
            why = f"its policy cannot be read ({text}), so nothing can be said about it"
            yield Hazard("high", None, "not written out", why, subject=source)


def _hazard(found: Broadening, old: Holder | None, new: Holder) -> Hazard:
    sources = {**(old.sources if old else {}), **new.sources}
    own = {each: each.key() for each in sources}
    source = next(
        (sources[each] for each, key in own.items() if key[1:] == found.statement.key()[1:]),
        new.resource,
    )
    severity = gravity(found, new_holder=old is None)
    before, after = said(found)
    return Hazard(
        severity, before, after, WHY[found.cause], subject=source, category=category(found)
    )
