"""All stacks of one environment: deploy it with `cdk deploy 'dev/*'`."""

from aws_cdk import Environment as Account
from aws_cdk import PermissionsBoundary, Stage, Tags
from constructs import Construct

from config.accepted import Ledger, held_in
from config.schema import Environment
from stacks.accepted import accept
from stacks.access import Access
from stacks.delivery import Delivery
from stacks.foundation import Foundation
from stacks.gateway import Gateway
from stacks.knowledge import Knowledge
from stacks.network import Network
from stacks.operations import Operations
from stacks.records import Records


class Platform(Stage):
    def __init__(self, scope: Construct, environment: Environment, ledger: Ledger) -> None:
        account = Account(account=environment.account, region=environment.region)
        super().__init__(
            scope, environment.name, env=account, permissions_boundary=_boundary(environment)
        )

        foundation = Foundation(self, "Foundation", environment=environment)
        knowledge = Knowledge(self, "Knowledge", environment=environment, foundation=foundation)
        gateway = Gateway(
            self,
            "Gateway",
            environment=environment,
            foundation=foundation,
            knowledge=knowledge,
        )
        if consent := environment.access:
            # No alias is served before its models may be called.
            gateway.add_stack_dependency(
                Access(
                    self,
                    "Access",
                    environment=environment,
                    consent=consent,
                    foundation=foundation,
                )
            )
        if environment.invocation_logging or environment.trail:
            # No alias is served before its calls are recorded.
            gateway.add_stack_dependency(
                Records(self, "Records", environment=environment, foundation=foundation)
            )
        if delivery := environment.delivery:
            Delivery(
                self,
                "Delivery",
                environment=environment,
                declared=delivery,
                foundation=foundation,
            )
        Operations(self, "Operations", environment=environment, foundation=foundation)
        if declared := environment.network:
            Network(
                self,
                "Network",
                environment=environment,
                declared=declared,
                foundation=foundation,
            ).surround(self)
        accept(self, held_in(ledger, environment))
        Tags.of(self).add("strata:environment", environment.name)


def _boundary(environment: Environment) -> PermissionsBoundary | None:
    """What workflows deploy makes no role beyond it: operate/delivery/bootstrap.yaml."""
    return PermissionsBoundary.from_name("strata-boundary") if environment.delivery else None
