"""One CloudWatch alarm of `config/alarm_table.py`; by itself it calls nobody."""

from collections.abc import Mapping

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from config import alarms

Cfn = cloudwatch.CfnAlarm


class Alarm(Cfn):
    """Named, for its name is what people are called with.

    `dimensions` are those that only the deployment knows.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        declared: alarms.Alarm,
        dimensions: Mapping[str, str] | None = None,
    ) -> None:
        row = declared.row
        super().__init__(
            scope,
            id,
            alarm_name=declared.name,
            alarm_description=declared.description,
            comparison_operator="GreaterThanThreshold",
            threshold=declared.threshold,
            evaluation_periods=row.periods,
            datapoints_to_alarm=row.breaching,
            treat_missing_data=row.missing,
            metrics=_queries(declared, {**declared.dimensions, **(dimensions or {})}),
        )


def _queries(declared: alarms.Alarm, where: Mapping[str, str]) -> list[Cfn.MetricDataQueryProperty]:
    row, formula = declared.row, declared.expression
    measured = [
        Cfn.MetricDataQueryProperty(
            id=id,
            metric_stat=_stat(row.namespace, metric, where, row.period, statistic),
            return_data=formula is None,
        )
        for id, (metric, statistic) in row.metrics.items()
    ]
    if formula is None:
        return measured
    # A query of all metrics says its period itself; a formula has that of its metrics.
    period = None if measured else row.period
    judged = Cfn.MetricDataQueryProperty(
        id="judged", expression=formula, label=row.name, period=period, return_data=True
    )
    return [judged, *measured]


def _stat(
    namespace: str, metric: str, where: Mapping[str, str], period: int, statistic: str
) -> Cfn.MetricStatProperty:
    dimensions = [Cfn.DimensionProperty(name=name, value=value) for name, value in where.items()]
    return Cfn.MetricStatProperty(
        metric=Cfn.MetricProperty(namespace=namespace, metric_name=metric, dimensions=dimensions),
        period=period,
        stat=statistic,
    )
