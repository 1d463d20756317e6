"""Policies that AWS maintains: their names are all that a template tells of them."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.template import Json

ON = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group", "AWS::SSO::PermissionSet")
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
    """No policy whose content AWS decides is newly attached."""
    before = [each for property in PROPERTIES for each in _arns(change.was(property))]
    for property in PROPERTIES:
        for arn in _arns(change.now(property)):
            if arn not in before and arn.startswith("arn:aws:iam::aws:policy/"):
                name = arn.rpartition("/")[2]
                yield Hazard(
                    _severity(name, change), before or None, arn, f"AWS decides what {name} allows"
                )


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
