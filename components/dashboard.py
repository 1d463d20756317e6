"""One dashboard for an environment: its alarms, and a row of graphs for each objective."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from config.dashboard import Graph, Line

WIDTH, HEIGHT, COLUMNS = 8, 6, 3
Rows = Mapping[str, Sequence[tuple[Graph, Sequence[Line]]]]


class Dashboard(cloudwatch.CfnDashboard):
    """`rows` has by title what is drawn under it; `alarms` are the names of those shown on top."""

    def __init__(
        self, scope: Construct, id: str, *, name: str, rows: Rows, alarms: Sequence[str]
    ) -> None:
        stack = Stack.of(scope)
        arns = f"arn:{stack.partition}:cloudwatch:{stack.region}:{stack.account}:alarm:"
        widgets = [_alarms([f"{arns}{alarm}" for alarm in alarms])] if alarms else []
        for title, graphs in rows.items():
            top = _bottom(widgets)
            widgets.append(_heading(title, top))
            widgets += [
                _graph(
                    graph, lines, stack.region, i % COLUMNS * WIDTH, top + 1 + i // COLUMNS * HEIGHT
                )
                for i, (graph, lines) in enumerate(graphs)
            ]
        body = stack.to_json_string({"periodOverride": "inherit", "widgets": widgets})
        super().__init__(scope, id, dashboard_name=name, dashboard_body=body)


def _alarms(arns: list[str]) -> dict[str, Any]:
    size = {"x": 0, "y": 0, "width": WIDTH * COLUMNS, "height": 3}
    return {"type": "alarm", **size, "properties": {"title": "Objectives", "alarms": arns}}


def _heading(title: str, top: int) -> dict[str, Any]:
    size = {"x": 0, "y": top, "width": WIDTH * COLUMNS, "height": 1}
    return {"type": "text", **size, "properties": {"markdown": f"## {title}"}}


def _graph(graph: Graph, lines: Sequence[Line], region: str, left: int, top: int) -> dict[str, Any]:
    metrics = _search(graph) if graph.search else [_drawn(line) for line in lines]
    return {
        "type": "metric",
        **{"x": left, "y": top, "width": WIDTH, "height": HEIGHT},
        "properties": {
            "title": graph.title,
            "view": "timeSeries",
            "region": region,
            "period": 300,
            "metrics": metrics,
            "yAxis": {"left": {"min": 0}},
        },
    }


def _drawn(line: Line) -> list[Any]:
    namespace, metric, dimensions, statistic, label = line
    named = [part for pair in dimensions.items() for part in pair]
    return [namespace, metric, *named, {"stat": statistic, "label": label}]


def _search(graph: Graph) -> list[Any]:
    """Of whatever there is: the dashboard may search where an alarm may not."""
    scope = f"{{{graph.namespace},{graph.search}}}"
    return [
        [
            {
                "expression": f"SEARCH('{scope} MetricName=\"{metric}\"', '{statistic}', 300)",
                "id": f"s{i}",
            }
        ]
        for i, (metric, statistic) in enumerate(graph.metrics)
    ]


def _bottom(widgets: Sequence[Mapping[str, Any]]) -> int:
    return max((widget["y"] + widget["height"] for widget in widgets), default=0)
