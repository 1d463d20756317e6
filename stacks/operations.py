"""Who is told when an environment fails its users: alarms, a topic, a dashboard, AWS's budgets.

It names what it watches and refers to nothing in Gateway, so that either may change without the
other; the alarms that end a release stand in Gateway (docs/decisions/0019-releases.md).
"""

from aws_cdk import Stack
from constructs import Construct

from components.alarm import Alarm
from components.dashboard import Dashboard
from components.notices import Notices
from components.objective import Objective
from components.spending import Spending
from config import alarms
from config.alarms import OBJECTIVES, watched_by
from config.dashboard import GRAPHS, lines_of
from config.schema import Environment
from stacks.foundation import Foundation
from stacks.names import store_name


class Operations(Stack):
    def __init__(
        self, scope: Construct, id: str, *, environment: Environment, foundation: Foundation
    ) -> None:
        super().__init__(scope, id, description="Strata: alarms, dashboard and AWS budgets")
        self._environment = environment
        declared = environment.operations
        self._notices = Notices(
            self,
            "Notices",
            name=store_name(environment, "notices"),
            key=foundation.key,
            recipients=declared.notify,
        )
        objectives = self._objectives()
        if declared.dashboard:
            self._dashboard(objectives)
        if declared.spending:
            own = {n: t for n, t in environment.tenants.items() if t.own_profiles}
            Spending(
                self,
                "Spending",
                environment=environment.name,
                declared=declared.spending,
                tenants={name: tenant.monthly_budget_usd for name, tenant in own.items()},
                notices=self._notices,
            )

    def _objectives(self) -> list[str]:
        """The alarms that call people, by name: one for each objective that is declared."""
        scope = Construct(self, "Alarms")
        return [
            self._objective(objective, [self._alarm(scope, alarm) for alarm in watched])
            for objective in OBJECTIVES
            if (watched := watched_by(objective, self._environment))
        ]

    def _alarm(self, scope: Construct, declared: alarms.Alarm) -> Alarm:
        own = declared.name.removeprefix(store_name(self._environment, ""))
        return Alarm(scope, own, declared=declared)

    def _objective(self, objective: str, watched: list[Alarm]) -> str:
        name = store_name(self._environment, objective)
        runbook = f"{self._environment.operations.runbooks}/{objective}.md"
        Objective(
            self,
            objective.capitalize(),
            name=name,
            description=f"{self._environment.name}: {objective}. Runbook: {runbook}",
            alarms=watched,
            notices=self._notices,
        )
        return name

    def _dashboard(self, objectives: list[str]) -> None:
        Dashboard(
            self,
            "Dashboard",
            name=f"strata-{self._environment.name}",
            rows={
                objective.capitalize(): [
                    (graph, lines)
                    for graph in graphs
                    if (lines := list(lines_of(graph, self._environment)))
                ]
                for objective, graphs in GRAPHS.items()
            },
            alarms=objectives,
        )
