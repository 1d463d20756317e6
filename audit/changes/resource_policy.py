"""Who may use a resource by its own policy: buckets, keys, queues, topics, endpoints, functions…"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from audit.change import Comparison, Hazard, on_environment
from audit.iam.gravity import gravity, is_restricted
from audit.iam.holders import parsed
from audit.iam.inclusion import CONDITION, DENY, Broadening, broadenings, lifted
from audit.iam.said import said
from audit.iam.statement import ANYONE, Statement, statements
from audit.iam.strangers import account_of
from audit.iam.written import Unclear
from audit.template import Json
from audit.view import Resource, View

FILE = Path(__file__).parents[1] / "data" / "resource_policies.toml"
PERMISSION, ENDPOINT = "AWS::Lambda::Permission", "AWS::EC2::VPCEndpoint"
LAYER = "AWS::Lambda::LayerVersionPermission"


@dataclass
class Guarded:
    """All policies of one resource together."""

    source: Resource
    statements: list[Statement] = field(default_factory=list)
    unclear: str = ""


@on_environment(
    "resource-policy",
    category="access",
    fix="name the principals, and pin them with conditions such as aws:SourceArn",
)
def nobody_else_may_use_it(compared: Comparison) -> Iterator[Hazard]:
    """No principal may do to a resource what it could not do before."""
    before, after = _guarded(compared.base), _guarded(compared.head)
    for target in sorted({*before, *after}):
        old, new = before.get(target), after.get(target)
        if not new and not _lives(target, compared.head):
            continue  # gone with its resource
        yield from _compared(old, new, compared)


def _lives(target: str, head: View) -> bool:
    return "${" not in target or head.referred(target) is not None


def _compared(old: Guarded | None, new: Guarded | None, compared: Comparison) -> Iterator[Hazard]:
    source = (new or old).source  # type: ignore[union-attr]
    was, now = old.statements if old else [], new.statements if new else []
    found = lifted(was, now)
    found += [each for each in broadenings(was, now) if each.cause != DENY or not found]
    for each in found:
        if hazard := _hazard(each, source, old, compared):
            yield hazard
    if new and new.unclear and new.unclear != (old.unclear if old else ""):
        why = f"its policy cannot be read ({new.unclear}), so nothing can be said about it"
        yield Hazard("high", None, "not written out", why, subject=source)


def _hazard(
    found: Broadening, source: Resource, old: Guarded | None, compared: Comparison
) -> Hazard | None:
    severity, category, why = _judged(found, source, old, compared)
    if not severity:
        return None
    before, after = said(found)
    return Hazard(severity, before, after, why, subject=source, category=category)


def _judged(
    found: Broadening, source: Resource, old: Guarded | None, compared: Comparison
) -> tuple[str | None, str, str]:
    principals = found.principals or found.statement.principals.all
    anyone = ANYONE in principals or found.statement.principals.inverted
    if source.type == ENDPOINT:
        why = "more may pass the endpoint than before"
        return (gravity(found, new_holder=False) if old else None), "access", why
    if found.cause == DENY:
        return (
            "critical",
            _category_of_denial(found),
            "what its policy denied is not denied any more",
        )
    if anyone and not is_restricted(found.statement):
        return "critical", "exposure", "anyone may use it, without an account of yours"
    if found.cause == CONDITION:
        return (
            gravity(found, new_holder=False),
            "access",
            "a condition on its use is gone or weaker",
        )
    foreign = [each for each in principals if _is_foreign(each, source, compared)]
    if foreign or anyone:
        return "high", "access", "principals outside the account may use it"
    if not old:
        return None, "access", ""
    services = all(each.startswith("Service:") for each in principals)
    if services and source.type == PERMISSION:
        return (
            (None if found.statement.tests else "high"),
            "access",
            "any account's use of the service may call it",
        )
    return (
        ("low" if services and found.statement.tests else "medium"),
        "access",
        "more principals may use it, or do more to it",
    )


def _category_of_denial(found: Broadening) -> str:
    """A lost denial of unencrypted calls, or of calls from elsewhere, opens it to the network."""
    keys = {test.key for each in (*found.before, found.statement) for test in each.tests}
    return "exposure" if "aws:securetransport" in keys else "access"


def _is_foreign(principal: str, source: Resource, compared: Comparison) -> bool:
    account = account_of(principal)
    own = ("${AWS::AccountId}", compared.head.account(source) or compared.base.account(source))
    return bool(account) and account not in own


def _guarded(view: View) -> dict[str, Guarded]:
    """Policies by what they protect."""
    found: dict[str, Guarded] = {}
    for resource in view.resources.values():
        for target, document in _documents(resource):
            guarded = found.setdefault(target, Guarded(resource))
            try:
                guarded.statements += statements(parsed(document), of_resource=True)
            except Unclear as error:
                guarded.unclear = str(error)
    return found


def _documents(resource: Resource) -> Iterator[tuple[str, Json]]:
    if resource.type in (PERMISSION, LAYER):
        yield (
            _target(resource, "FunctionName" if resource.type == PERMISSION else "LayerVersionArn"),
            _permission(resource),
        )
    if resource.type == "AWS::Events::EventBusPolicy" and resource.get("Statement"):
        yield _target(resource, "EventBusName"), {"Statement": resource.get("Statement")}
    if place := _places().get(resource.type):
        document = resource.get(place["policy"])
        if document is not None:
            yield (
                _target(resource, place["of"]) if "of" in place else f"${{{resource.name}}}",
                document,
            )


def _target(resource: Resource, property: str) -> str:
    found = resource.get(property)
    first = found[0] if isinstance(found, list) and found else found
    return f"{resource.type.split('::')[1]} {first}"


def _permission(resource: Resource) -> Json:
    """What `lambda:AddPermission` makes of it."""
    principal = str(resource.get("Principal") or ANYONE)
    sort = "Service" if ".amazonaws." in principal or principal.endswith(".internal") else "AWS"
    tests: dict[str, dict[str, Json]] = {}
    for operator, key, property in (
        ("ArnLike", "aws:SourceArn", "SourceArn"),
        ("StringEquals", "aws:SourceAccount", "SourceAccount"),
        ("StringEquals", "aws:PrincipalOrgID", "PrincipalOrgID"),
        ("StringEquals", "lambda:EventSourceToken", "EventSourceToken"),
        ("StringEquals", "lambda:FunctionUrlAuthType", "FunctionUrlAuthType"),
    ):
        value = resource.get(property)
        if value and value != "NONE":
            tests.setdefault(operator, {})[key] = value
    statement = {
        "Effect": "Allow",
        "Action": resource.get("Action") or "lambda:GetLayerVersion",
        "Principal": ANYONE if principal == ANYONE else {sort: principal},
        "Resource": "*",
        "Condition": tests,
    }
    return {"Statement": [statement]}


@cache
def _places() -> dict[str, dict[str, str]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
