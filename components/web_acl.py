"""The firewall before the API: a limit to each address, a limit to bodies, AWS's managed rules.

No rule that refuses a request reads its body. WAF sees the first 16 KB only, so whoever pads gets
past such a rule; and a prompt may well hold markup, code or addresses. These rules only count: what
a body says is judged by the gateway's own parser and by the guardrails.
"""

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_kms as kms
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from components.firewall_log import NOTHING_SECRET, FirewallLog
from components.firewall_rules import MANAGED, REFUSALS, managed, rate, size, visible
from config.edge import Api


class WebAcl(Construct):
    """Stands before one stage, and logs what it refuses."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        stage: apigateway.Stage,
        edge: Api,
        key: kms.IKey,
    ) -> None:
        super().__init__(scope, id)
        rules = [rate(0, edge.requests_per_second), size(1, edge.max_body_bytes)]
        for group, counted in MANAGED.items():
            rules.append(managed(len(rules), group, counted))
        acl = wafv2.CfnWebACL(
            self,
            "Acl",
            scope="REGIONAL",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            rules=rules,
            custom_response_bodies=REFUSALS,
            data_protection_config=NOTHING_SECRET,
            visibility_config=visible(name),
        )
        wafv2.CfnWebACLAssociation(
            self, "Association", resource_arn=stage.stage_arn, web_acl_arn=acl.attr_arn
        )
        FirewallLog(
            self, "Log", name=name, acl=acl, key=key, retention_days=edge.log_retention_days
        )
