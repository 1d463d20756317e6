"""The network of an environment that declares one: functions inside, endpoints, and no internet.

It stands before every stack that holds functions, and is put around all of them at the end: a
function that somebody adds is inside as well.
"""

from aws_cdk import Stack, Stage
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from components.isolated_vpc import IsolatedVpc
from components.network_endpoints import NetworkEndpoints
from components.network_groups import NetworkGroups
from components.network_interfaces import NetworkInterfaces
from config import network
from config.endpoints import endpoints_of
from config.schema import Environment
from stacks.foundation import Foundation
from stacks.names import bucket_prefix


class Network(Stack):
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        declared: network.Network,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id, description="Strata: a network without internet")
        vpc = declared.existing or IsolatedVpc(
            self,
            "Vpc",
            declared=_new(declared),
            key=foundation.key,
            log_retention_days=environment.api.log_retention_days,
        )
        groups = NetworkGroups(
            self, "Groups", vpc_id=vpc.vpc_id, prefix_lists=declared.prefix_lists
        )
        endpoints = NetworkEndpoints(
            self, "Endpoints", vpc_id=vpc.vpc_id, prefix=bucket_prefix(environment)
        )
        endpoints.routes(endpoints_of(environment, gateway=True), vpc.route_table_ids)
        endpoints.interfaces(
            endpoints_of(environment, gateway=False), vpc.subnet_ids, groups.endpoints
        )
        self._interfaces = NetworkInterfaces(self, "Interfaces")
        self._inside = lambda_.CfnFunction.VpcConfigProperty(
            subnet_ids=list(vpc.subnet_ids), security_group_ids=[groups.functions]
        )

    def surround(self, platform: Stage) -> None:
        """Put every function of the platform inside."""
        for construct in platform.node.find_all():
            if isinstance(construct, lambda_.Function):
                self._put_inside(construct)

    def _put_inside(self, function: lambda_.Function) -> None:
        resource = function.node.default_child
        assert isinstance(resource, lambda_.CfnFunction) and function.role
        resource.vpc_config = self._inside
        function.role.add_managed_policy(self._interfaces)


def _new(declared: network.Network) -> network.NewVpc:
    assert declared.vpc is not None  # config.network: one of the two
    return declared.vpc
