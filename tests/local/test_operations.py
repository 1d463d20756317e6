"""The deployed platform's alarms, dashboard and aliases, fed by real requests."""

import json
import ssl

import httpx2
import pytest

from config.alarms import OBJECTIVES, alarms_of
from config.load import load_environment


@pytest.fixture(scope="module")
def blocked(platform):
    """Requests that the guardrail blocks: no model is asked."""
    trusted = ssl.create_default_context(cafile=platform.ca_file)
    said = [{"role": "user", "content": "Tell me about Project Nightjar."}]
    with httpx2.Client(verify=trusted, trust_env=False, timeout=60) as client:
        for _ in range(4):
            answer = client.post(
                f"{platform.base_url}/chat/completions",
                json={"model": "chat-default", "messages": said},
                headers={"Authorization": f"Bearer {platform.api_key}"},
            )
            assert answer.json()["choices"][0]["finish_reason"] == "content_filter"


def test_every_alarm_that_is_declared_is_there(cloud, platform):
    pages = cloud.client("cloudwatch").get_paginator("describe_alarms")
    found = {
        alarm["AlarmName"]
        for page in pages.paginate(
            AlarmNamePrefix="strata-local-", AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        for kind in ("MetricAlarms", "CompositeAlarms")
        for alarm in page[kind]
    }
    declared = {alarm.name for alarm in alarms_of(load_environment("local"))}
    assert found == declared | {f"strata-local-{objective}" for objective in OBJECTIVES}


def test_a_request_is_a_metric_by_alias_tenant_and_environment(cloud, blocked):
    listed = cloud.client("cloudwatch").list_metrics(Namespace="Strata", MetricName="Interventions")
    by = {tuple(sorted(d["Name"] for d in each["Dimensions"])) for each in listed["Metrics"]}
    assert by >= {("environment",), ("alias", "environment"), ("environment", "tenant")}


def test_blocked_requests_put_the_platforms_own_alarm_up(cloud, blocked):
    """Its own formula over one period: three of five minutes are long to wait.

    Above nothing, for what other tests have asked in the meantime makes the share smaller.
    """
    template = cloud.client("cloudformation").get_template(StackName="local-Operations")
    body = template["TemplateBody"]
    resources = (body if isinstance(body, dict) else json.loads(body))["Resources"].values()
    (declared,) = (
        each["Properties"]
        for each in resources
        if each["Properties"].get("AlarmName") == "strata-local-interventions"
    )
    hasty = {"AlarmName": "hasty", "EvaluationPeriods": 1, "DatapointsToAlarm": 1, "Threshold": 0}
    alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": {**declared, **hasty}}
    cloud.deploy("hasty", {"Alarm": alarm})
    (found,) = cloud.client("cloudwatch").describe_alarms(AlarmNames=["hasty"])["MetricAlarms"]
    assert found["StateValue"] == "ALARM"


def test_the_dashboard_is_there(cloud, platform):
    board = cloud.client("cloudwatch").get_dashboard(DashboardName="strata-local")
    assert json.loads(board["DashboardBody"])["widgets"]


def test_the_api_calls_a_published_version(cloud, platform):
    functions = cloud.client("lambda").list_functions()["Functions"]
    (chat,) = (f["FunctionName"] for f in functions if "ChatFunction" in f["FunctionName"])
    live = cloud.client("lambda").get_alias(FunctionName=chat, Name="live")
    assert live["FunctionVersion"].isdigit()
