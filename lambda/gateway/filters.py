"""The filter that a caller may put beside the gateway's own: by any metadata but who reads it.

Bedrock's RetrievalFilter, one operator or a list of them joined:
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_RetrievalFilter.html
"""

from __future__ import annotations

from gateway.shape import Either, Flag, List, Number, Object, One, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gateway.shape import Shape

# With the gateway's own, five: older pages of the reference name that as the most.
_MOST_CONDITIONS, _MOST_VALUES = 4, 20
# Whatever their case: some stores do not tell it. Bedrock's own keys tell of chunks and buckets.
_RESERVED = r"[Gg][Rr][Oo][Uu][Pp][Ss]$|[Xx]-[Aa][Mm][Zz]-|[Aa][Mm][Aa][Zz][Oo][Nn]_"
_KEY = Text(
    pattern=rf"^(?!{_RESERVED})[^\x00-\x20\x7f]{{1,100}}$",
    says="a name of 1 to 100 signs, and neither 'groups' nor one of Bedrock's own",
)
_TEXT = Text(shortest=1, longest=256)
_ANY = Either(_TEXT, Number(), Flag())


def _by(value: Shape) -> Object:
    return Object({"key": _KEY, "value": value}, required=("key", "value"))


_CONDITIONS: dict[str, Shape] = {
    **dict.fromkeys(("equals", "notEquals", "listContains"), _by(_ANY)),
    **dict.fromkeys(("in", "notIn"), _by(List(_ANY, least=1, most=_MOST_VALUES))),
    **dict.fromkeys(
        ("greaterThan", "greaterThanOrEquals", "lessThan", "lessThanOrEquals"), _by(Number())
    ),
    **dict.fromkeys(("startsWith", "stringContains"), _by(_TEXT)),
}
_JOINED = List(One(_CONDITIONS), least=2, most=_MOST_CONDITIONS)
FILTER = One({**_CONDITIONS, "andAll": _JOINED, "orAll": _JOINED})
