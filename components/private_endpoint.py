"""The way to a private API: an interface endpoint in an existing VPC, and nothing beside it."""

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from config.edge import Private

Group = ec2.CfnSecurityGroup


class PrivateEndpoint(Construct):
    """An endpoint for `execute-api`, which lets HTTPS in from the VPC's own network.

    Its private DNS makes the API's usual name lead here, for every API that the VPC calls.
    """

    def __init__(self, scope: Construct, id: str, *, declared: Private) -> None:
        super().__init__(scope, id)
        group = _security_group(self, declared)
        self._endpoint = ec2.CfnVPCEndpoint(
            self,
            "Endpoint",
            vpc_id=declared.vpc_id,
            subnet_ids=list(declared.subnet_ids),
            security_group_ids=[group.attr_group_id],
            service_name=f"com.amazonaws.{Stack.of(self).region}.execute-api",
            vpc_endpoint_type="Interface",
            private_dns_enabled=True,
            policy_document=iam.PolicyDocument(statements=[_own_apis(Stack.of(self))]),
        )
        self.endpoint = ec2.InterfaceVpcEndpoint.from_interface_vpc_endpoint_attributes(
            self, "Known", vpc_endpoint_id=self._endpoint.ref, port=443
        )

    @property
    def policy(self) -> iam.PolicyDocument:
        """The API's own policy: whoever comes another way is refused, whatever else allows it."""
        elsewhere = {"StringNotEquals": {"aws:SourceVpce": self._endpoint.ref}}
        return iam.PolicyDocument(
            statements=[
                _invoke(iam.Effect.ALLOW, "execute-api:/*"),
                _invoke(iam.Effect.DENY, "execute-api:/*", elsewhere),
            ]
        )


def _security_group(scope: Construct, declared: Private) -> Group:
    cidr = declared.cidr
    return Group(
        scope,
        "SecurityGroup",
        group_description="HTTPS from the VPC to the private API",
        vpc_id=declared.vpc_id,
        security_group_ingress=[
            Group.IngressProperty(
                ip_protocol="tcp",
                from_port=443,
                to_port=443,
                cidr_ip=cidr,
                description="HTTPS from the VPC",
            )
        ],
        # An endpoint calls nobody, but where no rule stands AWS adds one that leads everywhere.
        security_group_egress=[
            Group.EgressProperty(
                ip_protocol="tcp",
                from_port=443,
                to_port=443,
                cidr_ip=cidr,
                description="Nowhere but the VPC",
            )
        ],
    )


def _own_apis(stack: Stack) -> iam.PolicyStatement:
    # Not this API alone: it names the endpoint, and neither could be made before the other.
    own = f"arn:{stack.partition}:execute-api:{stack.region}:{stack.account}:*"
    return _invoke(iam.Effect.ALLOW, own)


def _invoke(
    effect: iam.Effect, resource: str, conditions: dict[str, dict[str, str]] | None = None
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        effect=effect,
        principals=[iam.AnyPrincipal()],
        actions=["execute-api:Invoke"],
        resources=[resource],
        conditions=conditions,
    )
