"""A firewall sees the first 16 to 64 kB of a body and, unless told, lets the rest pass unread."""

from collections.abc import Iterator

from audit.environment import Environment, Resource, at, walk
from audit.rules.registry import rule
from audit.template import Json


@rule(
    "BR-FIREWALL-SIZE",
    on="AWS::WAFv2::WebACL",
    severity="medium",
    category="exposure",
    fix="block by size: SizeConstraintStatement on Body, OversizeHandling MATCH; or content-length",
)
def large_bodies_are_blocked(acl: Resource, _: Environment) -> Iterator[str]:
    """A firewall blocks bodies larger than what it reads."""
    blocking = [each for each in acl.list_at("Rules") if at(each, "Action", "Block") is not None]
    if not any(_is_by_size(at(each, "Statement")) for each in blocking):
        yield "no rule blocks by the size of the body"


def _is_by_size(statement: Json) -> bool:
    if not isinstance(statement, dict):
        return False
    field = at(statement, "SizeConstraintStatement", "FieldToMatch")
    header = [value for path, value in walk(statement) if path.endswith("SingleHeader.Name")]
    return at(field, "Body", "OversizeHandling") == "MATCH" or "content-length" in header
