"""What the firewall refused, and why, without what may be secret in it."""

from aws_cdk import Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from components.log_group import LogGroup

Acl = wafv2.CfnWebACL


def _protected(type: str, *keys: str) -> Acl.DataProtectProperty:
    field = Acl.FieldToProtectProperty(field_type=type, field_keys=list(keys) or None)
    return Acl.DataProtectProperty(field=field, action="SUBSTITUTION")


# Holds for the log, for what a rule says that it matched, and for samples.
NOTHING_SECRET = Acl.DataProtectionConfigProperty(
    data_protections=[
        _protected("SINGLE_HEADER", "authorization", "x-api-key"),
        _protected("QUERY_STRING"),
        _protected("BODY"),
    ]
)
REFUSED = {
    "DefaultBehavior": "DROP",
    "Filters": [
        {
            "Behavior": "KEEP",
            "Requirement": "MEETS_ANY",
            "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}],
        }
    ],
}


class FirewallLog(Construct):
    """Refused requests only; allowed ones are in the API's access log."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        acl: Acl,
        key: kms.IKey,
        retention_days: int,
    ) -> None:
        super().__init__(scope, id)
        # WAF writes to no group of another name.
        group = LogGroup(
            self, "Group", key=key, retention_days=retention_days, name=f"aws-waf-logs-{name}"
        )
        stack = Stack.of(self)
        owner = f"{stack.region}:{stack.account}"
        wafv2.CfnLoggingConfiguration(
            self,
            "Configuration",
            resource_arn=acl.attr_arn,
            # Without the ":*" that the group's own attribute ends in.
            log_destination_configs=[
                f"arn:{stack.partition}:logs:{owner}:log-group:{group.log_group_name}"
            ],
            logging_filter=REFUSED,
        )
