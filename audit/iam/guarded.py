"""What resources' own policies say of who may use them, whichever resource the policy is in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from audit.facts import facts
from audit.iam.documents import documents, names_principals, parsed
from audit.iam.statement import ANYONE, Statement, statements
from audit.iam.written import Unclear
from audit.template import Json
from audit.view import Resource, View

PERMISSION, LAYER = "AWS::Lambda::Permission", "AWS::Lambda::LayerVersionPermission"
# What `lambda:AddPermission` makes of a permission's properties.
TESTS = (
    ("ArnLike", "aws:SourceArn", "SourceArn"),
    ("StringEquals", "aws:SourceAccount", "SourceAccount"),
    ("StringEquals", "aws:PrincipalOrgID", "PrincipalOrgID"),
    ("StringEquals", "aws:PrincipalOrgID", "OrganizationId"),
    ("StringEquals", "lambda:EventSourceToken", "EventSourceToken"),
    ("StringEquals", "lambda:FunctionUrlAuthType", "FunctionUrlAuthType"),
)


@dataclass
class Guarded:
    """All policies of one resource together; `source` is where the first of them is written."""

    source: Resource
    statements: list[Statement] = field(default_factory=list)
    unclear: str = ""


def guarded(view: View, names: Mapping[str, str] = MappingProxyType({})) -> dict[str, Guarded]:
    """Policies by what they protect: a resource's name where the template has it, else its text.
    `names` are those that resources got since."""
    found: dict[str, Guarded] = {}
    for resource in view.resources.values():
        for document in _policies(resource):
            name = _target(resource, view)
            target = found.setdefault(names.get(name, name), Guarded(resource))
            try:
                target.statements += statements(parsed(document), of_resource=True)
            except Unclear as error:
                target.unclear = str(error)
    return found


def _policies(resource: Resource) -> Iterator[Json]:
    if resource.type in (PERMISSION, LAYER):
        yield _permission(resource)
        return
    known = resource.get(facts("resource_policies.toml").get(resource.type, {}).get("policy", ""))
    if isinstance(known, str):
        yield known
        return
    yield from (each for each in documents(resource) if names_principals(each))


def _target(resource: Resource, view: View) -> str:
    property = facts("resource_policies.toml").get(resource.type, {}).get("of")
    found = resource.get(property) if property else None
    first = found[0] if isinstance(found, list) and found else found
    if not first:
        return resource.name
    protected = view.referred(first)
    return protected.name if protected else f"{resource.type.split('::')[1]} {first}"


def _permission(resource: Resource) -> Json:
    principal = str(resource.get("Principal") or ANYONE)
    sort = "Service" if ".amazonaws." in principal or principal.endswith(".internal") else "AWS"
    tests: dict[str, dict[str, Json]] = {}
    for operator, key, property in TESTS:
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
