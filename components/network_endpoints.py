"""The ways from an isolated network to AWS: one endpoint a service, with a policy of its own."""

from collections.abc import Iterable, Sequence

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from config.endpoints import Endpoint


class NetworkEndpoints(Construct):
    """What passes an endpoint is named: callers of this account, actions, and resources."""

    def __init__(self, scope: Construct, id: str, *, vpc_id: str, prefix: str) -> None:
        super().__init__(scope, id)
        self._vpc_id, self._prefix = vpc_id, prefix

    def routes(self, endpoints: Iterable[Endpoint], route_table_ids: Sequence[str]) -> None:
        """To services that a route table leads to."""
        for endpoint in endpoints:
            ec2.CfnVPCEndpoint(
                self,
                endpoint.service,
                vpc_id=self._vpc_id,
                vpc_endpoint_type="Gateway",
                service_name=self._name(endpoint),
                route_table_ids=list(route_table_ids),
                policy_document=self._policy(endpoint),
            )

    def interfaces(
        self, endpoints: Iterable[Endpoint], subnet_ids: Sequence[str], group_id: str
    ) -> None:
        """To services that answer in the subnets, under their usual names."""
        for endpoint in endpoints:
            ec2.CfnVPCEndpoint(
                self,
                endpoint.service,
                vpc_id=self._vpc_id,
                vpc_endpoint_type="Interface",
                service_name=self._name(endpoint),
                subnet_ids=list(subnet_ids),
                security_group_ids=[group_id],
                private_dns_enabled=True,
                policy_document=self._policy(endpoint),
            )

    def _name(self, endpoint: Endpoint) -> str:
        return f"com.amazonaws.{Stack.of(self).region}.{endpoint.service}"

    def _policy(self, endpoint: Endpoint) -> iam.PolicyDocument:
        statements = [_own_callers(Stack.of(self), endpoint, self._prefix)]
        if endpoint.service == "s3":
            statements.append(_answers(Stack.of(self)))
        return iam.PolicyDocument(statements=statements)


def _own_callers(stack: Stack, endpoint: Endpoint, prefix: str) -> iam.PolicyStatement:
    facts = {
        "partition": stack.partition,
        "region": stack.region,
        "account": stack.account,
        "prefix": prefix,
    }
    return iam.PolicyStatement(
        principals=[iam.AnyPrincipal()],
        actions=list(endpoint.actions),
        resources=[resource.format(**facts) for resource in endpoint.resources],
        conditions={"StringEquals": {"aws:PrincipalAccount": stack.account}},
    )


def _answers(stack: Stack) -> iam.PolicyStatement:
    """Custom resources answer to a URL that CloudFormation signed itself, for a bucket of AWS's.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-vpce-bucketnames.html
    """
    bucket = f"cloudformation-custom-resource-response-{stack.region.replace('-', '')}"
    return iam.PolicyStatement(
        principals=[iam.AnyPrincipal()],
        actions=["s3:PutObject"],
        resources=[f"arn:{stack.partition}:s3:::{bucket}/*"],
    )
