"""The topic through which people are called: encrypted with our key, over TLS alone."""

from collections.abc import Iterable

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from components.encryption_key import PUBLISHERS


class Notices(sns.Topic):
    """Recipients are `mailto:` and `https:` URLs; each of them has to confirm once."""

    def __init__(
        self, scope: Construct, id: str, *, name: str, key: kms.IKey, recipients: Iterable[str]
    ) -> None:
        super().__init__(scope, id, display_name=name, master_key=key, enforce_ssl=True)
        for publisher in PUBLISHERS:
            self.add_to_resource_policy(
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal(publisher)],
                    actions=["sns:Publish"],
                    resources=[self.topic_arn],
                    conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
                )
            )
        for recipient in recipients:
            protocol, _, address = recipient.partition(":")
            sns.CfnSubscription(
                self,
                recipient,
                topic_arn=self.topic_arn,
                protocol="email" if protocol == "mailto" else protocol,
                endpoint=address if protocol == "mailto" else recipient,
            )
