"""A role that only the workflows of one repository, in one of its environments, can take on."""

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

HOST = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"


class DeployRole(iam.Role):
    """`repository` and `environment` make the token's whole `sub`: no wildcard, no branch, no fork.

    https://docs.github.com/en/actions/reference/security/oidc
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        repository: str,
        environment: str,
        description: str,
        managed_policies: Sequence[iam.IManagedPolicy] = (),
    ) -> None:
        stack = Stack.of(scope)
        super().__init__(
            scope,
            id,
            role_name=name,
            description=description,
            assumed_by=iam.WebIdentityPrincipal(
                provider_arn(stack),
                {
                    "StringEquals": {
                        f"{HOST}:aud": AUDIENCE,
                        f"{HOST}:sub": f"repo:{repository}:environment:{environment}",
                    }
                },
            ),
            managed_policies=[*managed_policies],
            max_session_duration=Duration.hours(1),
        )

    def allow(self, actions: Sequence[str], resources: Sequence[str]) -> None:
        self.add_to_policy(iam.PolicyStatement(actions=[*actions], resources=[*resources]))


def create_provider(scope: Construct, id: str) -> iam.CfnOIDCProvider:
    """The account's trust in GitHub's tokens; AWS knows GitHub's certificates by itself.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
    """
    return iam.CfnOIDCProvider(scope, id, url=f"https://{HOST}", client_id_list=[AUDIENCE])


def provider_arn(stack: Stack) -> str:
    """Its ARN follows from its URL, whoever made it."""
    return f"arn:{stack.partition}:iam::{stack.account}:oidc-provider/{HOST}"
