"""Who is told when an environment fails its users: every alarm, its runbook, and the dashboard."""

import json
import re
from pathlib import Path

import pytest

from config.alarm_table import OF_A_RELEASE, TABLE
from config.alarms import OBJECTIVES, alarms_of, billed_metrics
from config.load import environment_names, load_environment
from gateway import observe
from tasks import knowledge_sync
from tests.stacks.assembly import ROOT, dev_with, plain, resources, synthesize, template

RUNBOOKS = ROOT / "docs" / "runbooks"
# Runbooks of what people start themselves: no alarm calls for them.
TASKS = {"restore-from-backup"}
SECTIONS = ["What it means", "What users see", "First looks", "What to do", "It is over when"]
# What AWS itself publishes, of what we look at: bedrock-2026 §9, and each service's own page.
AWS = {
    "AWS/ApiGateway": {"Count", "4XXError", "5XXError", "Latency", "IntegrationLatency"},
    "AWS/Bedrock": {"LegacyModelInvocations", "EstimatedTPMQuotaUsage"},
    "AWS/Bedrock/Guardrails": {
        "Invocations",
        "InvocationsIntervened",
        "InvocationServerErrors",
        "InvocationThrottles",
    },
    "AWS/Lambda": {"Errors"},
    "AWS/SQS": {"ApproximateNumberOfMessagesVisible"},
}
ENVIRONMENTS = pytest.mark.parametrize("environment", environment_names())


def alarms(assembly: Path, environment: str) -> dict[str, dict]:
    """Every metric alarm of an environment, by its name."""
    return {
        each["Properties"]["AlarmName"]: each["Properties"]
        for stack in ("Gateway", "Operations")
        for each in resources(
            template(assembly, environment, stack), "AWS::CloudWatch::Alarm"
        ).values()
    }


def objectives(assembly: Path, environment: str) -> dict[str, dict]:
    found = resources(
        template(assembly, environment, "Operations"), "AWS::CloudWatch::CompositeAlarm"
    )
    return {each["Properties"]["AlarmName"]: each["Properties"] for each in found.values()}


def is_published(namespace: str, metric: str, dimensions: list[str]) -> bool:
    """Whether the gateway or AWS writes the metric by these dimensions."""
    if namespace != observe.NAMESPACE:
        return metric in AWS[namespace]
    if metric in knowledge_sync.METRICS:
        return tuple(dimensions) == knowledge_sync.DIMENSIONS
    return any(metric in names and tuple(dimensions) in sets for names, sets in observe.DIMENSIONS)


@ENVIRONMENTS
def test_each_alarm_has_a_runbook_and_says_where_it_is(assembly, environment):
    found = {**alarms(assembly, environment), **objectives(assembly, environment)}
    assert len(found) > 5
    for name, properties in found.items():
        path = re.search(r"Runbook: (docs/runbooks/[a-z-]+\.md)$", properties["AlarmDescription"])
        assert path, name
        assert (ROOT / path[1]).is_file(), name


def test_each_runbook_has_its_alarm_and_says_what_to_do():
    names = {row.name for row in TABLE} | set(OBJECTIVES)
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == names | TASKS | {"README"}
    for name in names:
        text = (RUNBOOKS / f"{name}.md").read_text(encoding="utf-8")
        assert text.startswith(f"# {name}: ")
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == SECTIONS
        assert "```sh" in text.split("## First looks")[1].split("## What to do")[0]


def test_what_a_runbook_counts_is_written_by_the_gateway():
    for path in RUNBOOKS.glob("*.md"):
        said = set(re.findall(r"\b(?:Model|Budget|Circuit|Cost|TimeTo)[A-Z]\w+", path.read_text()))
        ours = {name for name in said if not name.startswith(("ModelTimeout", "ModelNotReady"))}
        assert ours <= set(observe.UNITS), path.name


@ENVIRONMENTS
def test_what_is_declared_is_what_is_deployed(assembly, environment):
    declared = alarms_of(load_environment(environment))
    assert {alarm.name for alarm in declared} == set(alarms(assembly, environment))
    assert len({alarm.name for alarm in declared}) == len(declared)


@ENVIRONMENTS
def test_an_alarm_watches_what_is_written(assembly, environment):
    seen = 0
    for name, properties in alarms(assembly, environment).items():
        for stat in (q["MetricStat"] for q in properties["Metrics"] if "MetricStat" in q):
            metric = stat["Metric"]
            dimensions = [each["Name"] for each in metric["Dimensions"]]
            assert is_published(metric["Namespace"], metric["MetricName"], dimensions), name
            seen += 1
    assert seen > 5


@ENVIRONMENTS
def test_only_objectives_call_and_each_alarm_is_part_of_one(assembly, environment):
    watched = alarms(assembly, environment)
    assert not any("AlarmActions" in properties for properties in watched.values())
    rules = " ".join(each["AlarmRule"] for each in objectives(assembly, environment).values())
    in_rules = re.findall(r'ALARM\("([^"]+)"\)', rules)
    released = {name for name in watched if any(f"-{of}" in name for of in OF_A_RELEASE)}
    assert sorted(in_rules) == sorted(set(watched) - released)
    for objective in objectives(assembly, environment).values():
        assert plain(objective["AlarmActions"]) == plain(objective["OKActions"])
        assert plain(objective["AlarmActions"])[0].startswith("Notices")


def test_an_objective_that_is_not_declared_is_not_watched(assembly):
    assert set(objectives(assembly, "dev")) == {"strata-dev-availability"}
    assert set(objectives(assembly, "prod")) == {f"strata-prod-{each}" for each in OBJECTIVES}


def test_prod_has_alarms_for_each_alias_model_and_tenant(assembly):
    prod, found = load_environment("prod"), alarms(assembly, "prod")
    for alias in prod.aliases:
        assert {f"strata-prod-errors-{alias}", f"strata-prod-throttles-{alias}"} <= set(found)
    for model in {t.id for alias in prod.aliases.values() for t in alias.targets}:
        spelled = "".join(c if c.isalnum() else "-" for c in model)
        assert f"strata-prod-model-failures-{spelled}" in found
    assert {f"strata-prod-budget-used-{tenant}" for tenant in prod.tenants} <= set(found)


def test_a_single_failure_is_no_alarm(assembly):
    for name, properties in alarms(assembly, "prod").items():
        expression = properties["Metrics"][0].get("Expression", "")
        if "requests" in expression:
            assert expression.startswith("IF(requests >= 10, "), name
        assert properties["TreatMissingData"] in ("notBreaching", "ignore")


def test_silence_does_not_end_the_alarm_of_a_used_budget(assembly):
    found = alarms(assembly, "prod")["strata-prod-budget-used-demo"]
    assert (found["TreatMissingData"], found["Threshold"]) == ("ignore", 80)


@ENVIRONMENTS
def test_the_dashboard_is_json_that_fits_and_draws_what_is_written(assembly, environment):
    found = resources(template(assembly, environment, "Operations"), "AWS::CloudWatch::Dashboard")
    wanted = load_environment(environment).operations.dashboard
    assert len(found) == wanted
    for board in found.values():
        body = json.loads(board["Properties"]["DashboardBody"])
        taken = set()
        for widget in body["widgets"]:
            x, y, width, height = (widget[side] for side in ("x", "y", "width", "height"))
            cells = {(i, j) for i in range(x, x + width) for j in range(y, y + height)}
            assert x + width <= 24
            assert not cells & taken
            taken |= cells
            for metric in widget["properties"].get("metrics", ()):
                assert is_drawable(metric), metric


def is_drawable(metric: list) -> bool:
    if isinstance(metric[0], dict):
        namespace, name = re.fullmatch(
            r"SEARCH\('\{([\w/]+),ModelId\} MetricName=\"(\w+)\"', '\w+', 300\)",
            metric[0]["expression"],
        ).groups()
        return is_published(namespace, name, [])
    namespace, name, *named, _ = metric
    return is_published(namespace, name, named[::2])


def test_prods_dashboard_has_a_row_for_each_objective_and_shows_their_alarms(assembly):
    (board,) = resources(
        template(assembly, "prod", "Operations"), "AWS::CloudWatch::Dashboard"
    ).values()
    widgets = json.loads(board["Properties"]["DashboardBody"])["widgets"]
    headings = [w["properties"]["markdown"] for w in widgets if w["type"] == "text"]
    assert headings == [f"## {objective.capitalize()}" for objective in OBJECTIVES]
    shown = widgets[0]["properties"]["alarms"]
    assert [arn.rpartition("alarm:")[2] for arn in shown] == list(objectives(assembly, "prod"))


@ENVIRONMENTS
def test_notices_are_encrypted_with_our_key_and_published_by_this_accounts_services(
    assembly, environment
):
    operations = template(assembly, environment, "Operations")
    (topic,) = resources(operations, "AWS::SNS::Topic").values()
    assert "Key" in plain(topic["Properties"]["KmsMasterKeyId"])
    (policy,) = resources(operations, "AWS::SNS::TopicPolicy").values()
    refused, allowed = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (refused["Effect"], refused["Condition"]) == (
        "Deny",
        {"Bool": {"aws:SecureTransport": "false"}},
    )
    services = set(allowed["Principal"]["Service"])
    account = load_environment(environment).account
    assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": account}}
    keys = resources(template(assembly, environment, "Foundation"), "AWS::KMS::Key")
    statements = [
        statement
        for key in keys.values()
        for statement in key["Properties"]["KeyPolicy"]["Statement"]
        if "kms:Decrypt" in statement["Action"] and "SourceAccount" in str(statement)
    ]
    assert services <= {name for s in statements for name in plural(s["Principal"]["Service"])}


def plural(value: object) -> list:
    return value if isinstance(value, list) else [value]


def test_who_is_called_stands_in_the_environment(assembly):
    found = resources(template(assembly, "prod", "Operations"), "AWS::SNS::Subscription").values()
    assert [(s["Properties"]["Protocol"], s["Properties"]["Endpoint"]) for s in found] == [
        ("email", "platform-team@example.com")
    ]


def test_what_aws_bills_is_watched_by_tag_and_by_service(assembly, tmp_path):
    prod = template(assembly, "prod", "Operations")
    budgets = [b["Properties"]["Budget"] for b in resources(prod, "AWS::Budgets::Budget").values()]
    assert [b["CostFilters"] for b in budgets] == [
        {"TagKeyValue": ["user:strata:environment$prod"]},
        {"Service": ["Amazon Bedrock"]},
    ]
    assert all(b["BudgetLimit"] == {"Amount": 3000, "Unit": "USD"} for b in budgets)
    (monitor,) = resources(prod, "AWS::CE::AnomalyMonitor").values()
    assert json.loads(monitor["Properties"]["MonitorSpecification"])["Tags"]["Values"] == ["prod"]
    assert not resources(template(assembly, "dev", "Operations"), "AWS::Budgets::Budget")

    own = "own_profiles = true\n[operations.spending]\nmonthly_usd = 9\nanomaly_usd = 5\n"
    synthesize(tmp_path, dev_with(tables=own))
    made = resources(template(tmp_path, "dev", "Operations"), "AWS::Budgets::Budget").values()
    of_tenant = [b["Properties"]["Budget"] for b in made][-1]
    assert of_tenant["CostFilters"] == {"TagKeyValue": ["user:strata:tenant$demo"]}
    assert of_tenant["BudgetLimit"]["Amount"] == 50


def test_the_dead_letters_of_the_sync_are_watched(tmp_path):
    synthesize(tmp_path, dev_with(tables="[operations.upkeep]\n"))
    found = alarms(tmp_path, "dev")["strata-dev-dead-letters-knowledge-dead-letters"]
    (query,) = found["Metrics"]
    name = query["MetricStat"]["Metric"]["Dimensions"][0]["Value"]
    queues = resources(template(tmp_path, "dev", "Gateway"), "AWS::SQS::Queue").values()
    assert name in [each["Properties"].get("QueueName") for each in queues]


@ENVIRONMENTS
def test_the_stacks_have_room(assembly, environment):
    for stack in ("Gateway", "Operations"):
        assert len(template(assembly, environment, stack)["Resources"]) < 400


def test_what_is_billed_is_what_the_alarms_read(assembly):
    prod = load_environment("prod")
    measured = sum(
        sum("MetricStat" in query for query in properties["Metrics"])
        for properties in alarms(assembly, "prod").values()
    )
    assert billed_metrics(prod) == measured + len(prod.models)
