"""A guardrail on every call of a model in an account and region, whoever makes it.

https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-enforcements.html
"""

from collections.abc import Iterable

from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from constructs import Construct

from components.guardrail import Guardrail

Cfn = bedrock.CfnEnforcedGuardrailConfiguration


class EnforcedGuardrail(Construct):
    """The account's configuration, of which there is one in a region.

    It leaves no model out and honours no `guardContent` of a caller: each is a way around it. Every
    caller in the account must then be allowed to apply the guardrail; `callers` are.
    """

    def __init__(
        self, scope: Construct, id: str, *, guardrail: Guardrail, callers: Iterable[iam.IRole]
    ) -> None:
        super().__init__(scope, id)
        apply = iam.ManagedPolicy(self, "Apply", roles=list(callers))
        guardrail.grant_apply(apply)
        configuration = Cfn(
            self,
            "Configuration",
            guardrail_identifier=guardrail.id,
            guardrail_version=guardrail.version,
            model_enforcement=Cfn.ModelEnforcementProperty(
                included_models=["ALL"], excluded_models=[]
            ),
            selective_content_guarding=Cfn.SelectiveContentGuardingProperty(
                messages="COMPREHENSIVE", system="COMPREHENSIVE"
            ),
        )
        # From then on, whoever may not apply it may call nothing.
        configuration.node.add_dependency(apply)
