"""Who holds which statements: everything that the templates attach to one role, user or group,
so that moving a statement from one policy to another changes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from audit.iam.documents import documents, names_principals, parsed
from audit.iam.statement import Statement, statements
from audit.iam.types import ATTACHED, PRINCIPALS
from audit.iam.written import Unclear
from audit.template import Json
from audit.values import listed
from audit.view import VIEWS, Resource, View

# Policies that hold for whom they do not name: compared one by one.
ALONE = {
    "AWS::SSO::PermissionSet": "InlinePolicy",
    "AWS::Organizations::Policy": "Content",
    "AWS::Serverless::Function": "Policies",
}
BY_NAME = {"Roles": "RoleName", "Users": "UserName", "Groups": "GroupName"}


@dataclass
class Holder:
    """`sources` tells which resource a statement is written in; `unclear`, what none could read."""

    resource: Resource
    statements: list[Statement] = field(default_factory=list)
    sources: dict[Statement, Resource] = field(default_factory=dict)
    unclear: list[tuple[Resource, str]] = field(default_factory=list)

    def add(self, document: Json, source: Resource) -> None:
        try:
            for statement in statements(parsed(document)):
                self.statements.append(statement)
                self.sources.setdefault(statement, source)
        except Unclear as error:
            self.unclear.append((source, str(error)))


@lru_cache(maxsize=VIEWS)
def holders(view: View) -> Mapping[str, Holder]:
    """Holders of statements by the name of their resource."""
    found: dict[str, Holder] = {}
    for principal in view.of(*PRINCIPALS):
        holder = found[principal.name] = Holder(principal)
        for policy in listed(principal.get("Policies")):
            if isinstance(policy, Mapping):
                holder.add(policy.get("PolicyDocument"), principal)
    for policy in view.of(*ATTACHED):
        owners = list(dict.fromkeys(_owners(view, policy))) or [policy]
        for owner in owners:
            found.setdefault(owner.name, Holder(owner)).add(policy.get("PolicyDocument"), policy)
    for type, property in ALONE.items():
        for resource in view.of(type):
            found.setdefault(resource.name, Holder(resource)).add(resource.get(property), resource)
    for resource in view.resources.values():
        for document in documents(resource):
            if not names_principals(document):
                found.setdefault(resource.name, Holder(resource)).add(document, resource)
    return found


def _owners(view: View, policy: Resource) -> Iterator[Resource]:
    for property, name in BY_NAME.items():
        for given in [*listed(policy.get(property)), policy.get(name)]:
            if (owner := view.referred(given)) and owner.type in PRINCIPALS:
                yield owner
            elif given:
                yield from (each for each in view.of(*PRINCIPALS) if each.get(name) == given)
    if policy.type == "AWS::IAM::ManagedPolicy":
        for principal in view.of(*PRINCIPALS):
            arns = listed(principal.get("ManagedPolicyArns"))
            if any(view.referred(each) is policy for each in arns):
                yield principal
