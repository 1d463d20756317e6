"""A VPC that nothing leaves: private subnets, no gateway to the internet, and a flow log."""

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from constructs import Construct

from components.flow_log import FlowLog
from config.network import NewVpc


class IsolatedVpc(Construct):
    """One private subnet in each zone; one route table, which leads nowhere but to endpoints."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        declared: NewVpc,
        key: kms.IKey,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id)
        # Private names of endpoints are answered by the VPC's own DNS.
        vpc = ec2.CfnVPC(
            self,
            "Vpc",
            cidr_block=declared.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
        )
        routes = ec2.CfnRouteTable(self, "Routes", vpc_id=vpc.ref)
        self.vpc_id = vpc.ref
        self.route_table_ids = (routes.ref,)
        self.subnet_ids = tuple(
            self._subnet(zone, cidr, routes)
            for zone, cidr in zip(declared.zones, declared.subnet_cidrs, strict=True)
        )
        FlowLog(self, "FlowLog", vpc_id=vpc.ref, key=key, retention_days=log_retention_days)

    def _subnet(self, zone: str, cidr: str, routes: ec2.CfnRouteTable) -> str:
        subnet = ec2.CfnSubnet(
            self,
            f"Subnet-{zone}",
            vpc_id=self.vpc_id,
            availability_zone_id=zone,
            cidr_block=cidr,
            map_public_ip_on_launch=False,
        )
        ec2.CfnSubnetRouteTableAssociation(
            self, f"Routes-{zone}", route_table_id=routes.ref, subnet_id=subnet.ref
        )
        return subnet.ref
