"""Who may talk to whom in an isolated network: functions to endpoints, and nobody else."""

from typing import Any

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from config.network import PrefixLists

Group = ec2.CfnSecurityGroup
HTTPS: dict[str, Any] = {"ip_protocol": "tcp", "from_port": 443, "to_port": 443}


class NetworkGroups(Construct):
    """Two security groups that name each other, and AWS's own lists of addresses."""

    def __init__(
        self, scope: Construct, id: str, *, vpc_id: str, prefix_lists: PrefixLists
    ) -> None:
        super().__init__(scope, id)
        functions = Group(
            self,
            "Functions",
            group_description="Functions: out to the endpoints alone, and nothing in",
            vpc_id=vpc_id,
            security_group_egress=[
                _to_list("S3", prefix_lists.s3),
                _to_list("DynamoDB", prefix_lists.dynamodb),
            ],
        )
        endpoints = Group(
            self,
            "Endpoints",
            group_description="Endpoints: HTTPS from the functions alone",
            vpc_id=vpc_id,
            security_group_ingress=[
                Group.IngressProperty(
                    **HTTPS,
                    source_security_group_id=functions.attr_group_id,
                    description="HTTPS from the functions",
                )
            ],
            # An endpoint calls nobody, but where no rule stands AWS adds one that leads everywhere.
            security_group_egress=[
                Group.EgressProperty(
                    **HTTPS,
                    destination_security_group_id=functions.attr_group_id,
                    description="Nowhere but the functions",
                )
            ],
        )
        # A resource of its own, for neither group can be made before the other.
        ec2.CfnSecurityGroupEgress(
            self,
            "ToEndpoints",
            group_id=functions.attr_group_id,
            **HTTPS,
            destination_security_group_id=endpoints.attr_group_id,
            description="HTTPS to the endpoints",
        )
        self.functions, self.endpoints = functions.attr_group_id, endpoints.attr_group_id


def _to_list(service: str, list_id: str) -> Group.EgressProperty:
    return Group.EgressProperty(
        **HTTPS, destination_prefix_list_id=list_id, description=f"HTTPS to {service}"
    )
