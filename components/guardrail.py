"""A Bedrock guardrail and the immutable version that handlers use."""

from typing import Any

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from components.arns import guardrail_profile_arn
from components.guardrail_content import policies
from config import guardrail as declared
from config.content import content_of

Cfn = bedrock.CfnGuardrail


class Guardrail(Construct):
    """The guardrail of one name; editing it publishes a new version beside the old one."""

    def __init__(
        self, scope: Construct, id: str, *, name: str, policy: declared.Guardrail, key: kms.IKey
    ) -> None:
        super().__init__(scope, id)
        self._key, self._profile = key, policy.cross_region
        said = self._said(policy)
        self.guardrail = Cfn(
            self,
            "Guardrail",
            name=name,
            description=policy.description,
            kms_key_arn=key.key_arn,
            **said,
        )
        self.content = content_of(policy)
        self.version = self._publish()

    @property
    def id(self) -> str:
        return self.guardrail.attr_guardrail_id

    @property
    def arn(self) -> str:
        return self.guardrail.attr_guardrail_arn

    def grant_apply(self, grantee: iam.IGrantable) -> None:
        """Allow to judge with it, wherever it judges, and to read what is encrypted of it.

        https://docs.aws.amazon.com/bedrock/latest/userguide/guardrail-profiles-permissions.html
        https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions-kms.html
        """
        iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["bedrock:ApplyGuardrail"],
            resource_arns=[self.arn, *self._profile_arns()],
        )
        self._key.grant_decrypt(grantee)

    def _profile_arns(self) -> list[str]:
        if self._profile is None:
            return []
        here = Stack.of(self).region
        regions = sorted({here, *self._profile.sources[here]})
        return [guardrail_profile_arn(self, self._profile.id, region) for region in regions]

    def _said(self, policy: declared.Guardrail) -> dict[str, Any]:
        """What decides how it judges and what it answers: `config.content` hashes the same.

        https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-cross-region-support.html
        """
        said = {
            "blocked_input_messaging": policy.blocked_input,
            "blocked_outputs_messaging": policy.blocked_output,
            **policies(policy),
        }
        if self._profile:
            arn = guardrail_profile_arn(self, self._profile.id, Stack.of(self).region)
            said["cross_region_config"] = Cfn.GuardrailCrossRegionConfigProperty(
                guardrail_profile_arn=arn
            )
        return said

    def _publish(self) -> str:
        # A version is create-only and editing a guardrail cuts none: the content's hash in the
        # logical id makes a new resource of every edit, and callers may still pin the old one.
        version = bedrock.CfnGuardrailVersion(
            self,
            f"Version{self.content}",
            guardrail_identifier=self.id,
            description=f"content {self.content}",
        )
        version.apply_removal_policy(RemovalPolicy.RETAIN)
        return version.attr_version
