"""Policies that are written elsewhere: their names are all that a template tells of them."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.template import Json

ON = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group", "AWS::SSO::PermissionSet")
MANAGED = "AWS::IAM::ManagedPolicy"
PROPERTIES = ("ManagedPolicyArns", "ManagedPolicies")
ADMINISTRATOR = (
    "AdministratorAccess",
    "IAMFullAccess",
    "PowerUserAccess",
    "AdministratorAccess-Amplify",
    "AdministratorAccess-AWSElasticBeanstalk",
    "SystemAdministrator",
)


@on_change(
    "managed-policy", category="access", on=ON, fix="write a policy of the actions that are called"
)
def no_managed_policy_is_added(change: Change) -> Iterator[Hazard]:
    """No policy whose content the templates do not show is newly attached."""
    before = [each for property in PROPERTIES for each in _arns(change.was(property))]
    for arn in (each for property in PROPERTIES for each in _arns(change.now(property))):
        if arn in before:
            continue
        name = arn.rpartition("/")[2]
        if arn.startswith("arn:aws:iam::aws:policy/"):
            why = f"AWS decides what {name} allows"
            yield Hazard(_severity(name, change), before or None, arn, why)
        elif not _is_ours(arn, change):
            why = f"what {name} allows is not in the templates"
            yield Hazard("medium", before or None, arn, why)


def _is_ours(arn: str, change: Change) -> bool:
    named = (each.get("ManagedPolicyName") for each in change.head.of(MANAGED))
    return change.head.referred(arn) is not None or arn.rpartition("/")[2] in named


def _severity(name: str, change: Change) -> str:
    if name in ADMINISTRATOR:
        return "critical"
    if name.endswith("FullAccess"):
        return "high"
    if name.endswith(("ExecutionRole", "RolePolicy", "ServiceRole")) or "ReadOnly" in name:
        return "low" if not change.before or name.startswith("AWSLambda") else "medium"
    return "medium"


def _arns(value: Json) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
