"""What AWS bills, by cost-allocation tag: budgets, and a watch for what is unlike other days.

By tag and not by service alone: a model that comes through Marketplace is a service of its own on
the bill (bedrock-2026 §9). The bill is hours late; the gateway's own budgets are not.
"""

import json
from collections.abc import Mapping

from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_ce as ce
from constructs import Construct

from components.notices import Notices
from config.operations import Spending as Declared

Budget = budgets.CfnBudget
# Of what was spent, and of what AWS expects by the end of the month.
NOTICES = (("ACTUAL", 80), ("FORECASTED", 100))
BEDROCK = "Amazon Bedrock"


class Spending(Construct):
    """Budgets of the environment, of Bedrock in the account, and of each tenant with its own tag.

    The tags must be activated for cost allocation in the account that pays.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: str,
        declared: Declared,
        tenants: Mapping[str, float],
        notices: Notices,
    ) -> None:
        super().__init__(scope, id)
        self._prefix, self._notices = f"strata-{environment}", notices
        tag = f"user:strata:environment${environment}"
        self._budget("Environment", "all", declared.monthly_usd, {"TagKeyValue": [tag]})
        self._budget("Bedrock", "bedrock", declared.monthly_usd, {"Service": [BEDROCK]})
        for tenant, usd in tenants.items():
            only = {"TagKeyValue": [f"user:strata:tenant${tenant}"]}
            self._budget(f"Tenant-{tenant}", f"tenant-{tenant}", usd, only)
        self._watch_for_anomalies(environment, declared.anomaly_usd)

    def _budget(self, id: str, name: str, usd: float, only: Mapping[str, list[str]]) -> None:
        subscriber = Budget.SubscriberProperty(
            address=self._notices.topic_arn, subscription_type="SNS"
        )
        Budget(
            self,
            id,
            budget=Budget.BudgetDataProperty(
                budget_name=f"{self._prefix}-{name}",
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=Budget.SpendProperty(amount=usd, unit="USD"),
                cost_filters=dict(only),
            ),
            notifications_with_subscribers=[
                Budget.NotificationWithSubscribersProperty(
                    notification=Budget.NotificationProperty(
                        notification_type=kind,
                        comparison_operator="GREATER_THAN",
                        threshold=percent,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=[subscriber],
                )
                for kind, percent in NOTICES
            ],
        )

    def _watch_for_anomalies(self, environment: str, usd: float) -> None:
        only = {"Tags": {"Key": "user:strata:environment", "Values": [environment]}}
        monitor = ce.CfnAnomalyMonitor(
            self,
            "Monitor",
            monitor_name=self._prefix,
            monitor_type="CUSTOM",
            monitor_specification=json.dumps(only),
        )
        impact = {
            "Dimensions": {
                "Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                "MatchOptions": ["GREATER_THAN_OR_EQUAL"],
                "Values": [f"{usd:g}"],
            }
        }
        ce.CfnAnomalySubscription(
            self,
            "Subscription",
            subscription_name=self._prefix,
            monitor_arn_list=[monitor.attr_monitor_arn],
            frequency="IMMEDIATE",  # what a topic can be told
            threshold_expression=json.dumps(impact),
            subscribers=[
                ce.CfnAnomalySubscription.SubscriberProperty(
                    type="SNS", address=self._notices.topic_arn
                )
            ],
        )
