"""A policy document as statements that can be compared."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audit.iam.conditions import Test, parse_tests
from audit.iam.written import Unclear, texts
from audit.template import Json

ANYONE = "*"


@dataclass(frozen=True)
class Patterns:
    """Texts that match one of them or, where `inverted` (`NotAction`), none of them."""

    all: tuple[str, ...]
    inverted: bool = False


@dataclass(frozen=True)
class Statement:
    """Of an identity's policy, `principals` are anyone: whoever has the policy."""

    allows: bool
    actions: Patterns
    resources: Patterns
    principals: Patterns
    tests: frozenset[Test]
    sid: str = ""

    def key(self) -> tuple[object, ...]:
        """What it says, whatever it is called."""
        return (self.allows, self.actions, self.resources, self.principals, self.tests)


def statements(document: Json, *, of_resource: bool = False) -> list[Statement]:
    """The statements of a policy document; raises Unclear where it cannot be read."""
    if document is None:
        return []
    if not isinstance(document, dict):
        raise Unclear(f"the policy is {document!r}")
    found = document.get("Statement", [])
    return [
        _statement(each, of_resource) for each in (found if isinstance(found, list) else [found])
    ]


def _statement(raw: Json, of_resource: bool) -> Statement:
    if not isinstance(raw, dict) or raw.get("Effect") not in ("Allow", "Deny"):
        raise Unclear(f"the statement {raw!r} has no Effect")
    return Statement(
        allows=raw["Effect"] == "Allow",
        actions=_patterns(raw, "Action", lower=True),
        resources=_patterns(raw, "Resource", default=(ANYONE,)),
        principals=_principals(raw) if of_resource else Patterns((ANYONE,)),
        tests=parse_tests(raw.get("Condition") or {}),
        sid=str(raw.get("Sid", "")),
    )


def _patterns(
    raw: dict[str, Json], name: str, *, lower: bool = False, default: Sequence[str] = ()
) -> Patterns:
    inverted = f"Not{name}" in raw
    found = texts(raw.get(f"Not{name}" if inverted else name, list(default)))
    return Patterns(tuple(sorted({each.lower() if lower else each for each in found})), inverted)


def _principals(raw: dict[str, Json]) -> Patterns:
    inverted = "NotPrincipal" in raw
    given = raw.get("NotPrincipal" if inverted else "Principal")
    return Patterns(tuple(sorted(set(_named(given, inverted)))), inverted)


def _named(given: Json, exactly: bool) -> Iterator[str]:
    if given in (ANYONE, [ANYONE]):
        yield ANYONE
    elif isinstance(given, dict):
        for sort, names in sorted(given.items()):
            yield from (principal(sort, each, exactly) for each in texts(names))
    elif given is not None:
        raise Unclear(f"the principal {given!r}")


def principal(sort: str, name: str, exactly: bool = False) -> str:
    """An account's number or its root stands for everyone in it, as IAM reads them; but not in
    `NotPrincipal`, which leaves out the root and none of the account's roles."""
    if sort == "AWS" and name == ANYONE:
        return ANYONE
    if exactly:
        return f"{sort}:{name}"
    account = name if name.isdigit() or name == "${AWS::AccountId}" else ""
    if name.startswith("arn:") and name.endswith(":root"):
        account = (
            name.split(":")[4] if "${" not in name else name[len("arn:aws:iam::") : -len(":root")]
        )
    if sort == "AWS" and account:
        return f"AWS:arn:aws:???::{account}:*"
    return f"{sort}:{name}"
