"""Gap 1 for CloudWatch: formulas and composites go into alarm by the metrics that are there."""

import json
import time

import pytest

from local.gaps.metric_math import evaluate

SHARE = "IF(requests >= 3, 100 * FILL(bad, 0) / requests, 0)"
ANYBODY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage"}],
}
HERE = [{"Name": "environment", "Value": "here"}]


def stat(id, metric, judged=False):
    named = {"Namespace": "Test", "MetricName": metric, "Dimensions": HERE}
    measured = {"Metric": named, "Period": 300, "Stat": "Sum"}
    return {"Id": id, "MetricStat": measured, "ReturnData": judged}


def alarm(name, *queries, periods=1, threshold=10, missing="notBreaching"):
    properties = {
        "AlarmName": name,
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": periods,
        "Threshold": threshold,
        "TreatMissingData": missing,
        "Metrics": list(queries),
    }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}


def share(name, **options):
    judged = {"Id": "judged", "Expression": SHARE, "ReturnData": True}
    return alarm(name, judged, stat("bad", "Bad"), stat("requests", "Requests"), **options)


def composite(name, *watched, topic=None):
    actions = {"AlarmActions": [topic]} if topic else {}
    rule = " OR ".join(f'ALARM("{each}")' for each in watched)
    properties = {"AlarmName": name, "AlarmRule": rule, **actions}
    return {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": properties}


def publish(cloud, where="here", **metrics):
    dimensions = [{"Name": "environment", "Value": where}]
    data = [
        {"MetricName": name, "Dimensions": dimensions, "Value": value}
        for name, value in metrics.items()
    ]
    cloud.client("cloudwatch").put_metric_data(Namespace="Test", MetricData=data)


def states(cloud, prefix):
    kinds = ["MetricAlarm", "CompositeAlarm"]
    found = cloud.client("cloudwatch").describe_alarms(AlarmNamePrefix=prefix, AlarmTypes=kinds)
    return {
        each["AlarmName"].removeprefix(f"{prefix}-"): each["StateValue"]
        for each in found["MetricAlarms"] + found["CompositeAlarms"]
    }


def test_a_share_of_few_or_of_another_dimension_is_no_alarm_and_a_share_of_many_calls(cloud):
    sns, sqs = cloud.client("sns"), cloud.client("sqs")
    topic = sns.create_topic(Name="called")["TopicArn"]
    queue = sqs.create_queue(QueueName="called", Attributes={"Policy": json.dumps(ANYBODY)})
    queue = queue["QueueUrl"]
    sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:000000000000:called"
    )
    watched = {"Share": share("sharing-share")}
    above = {**composite("sharing-all", "sharing-share", topic=topic), "DependsOn": ["Share"]}
    cloud.deploy("sharing", {**watched, "All": above})

    publish(cloud, Requests=2, Bad=2)
    publish(cloud, where="elsewhere", Requests=100, Bad=100)
    assert states(cloud, "sharing") == {"share": "OK", "all": "OK"}

    publish(cloud, Requests=8, Bad=1)
    assert states(cloud, "sharing") == {"share": "ALARM", "all": "ALARM"}
    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"]
    told = json.loads(json.loads(message["Body"])["Message"])
    assert (told["AlarmName"], told["NewStateValue"]) == ("sharing-all", "ALARM")

    publish(cloud, Requests=90)
    assert states(cloud, "sharing") == {"share": "OK", "all": "OK"}


def test_silence_is_judged_as_the_alarm_says(cloud):
    cloud.deploy(
        "silence",
        {
            "Fine": alarm("silence-fine", stat("v", "Never", judged=True)),
            "Bad": alarm("silence-bad", stat("v", "Never", judged=True), missing="breaching"),
            "Kept": alarm("silence-kept", stat("v", "Never", judged=True), missing="ignore"),
        },
    )
    publish(cloud, Something=1)
    assert states(cloud, "silence") == {"fine": "OK", "bad": "ALARM", "kept": "INSUFFICIENT_DATA"}


def test_one_bad_period_of_two_is_no_alarm(cloud):
    cloud.deploy("twice", {"A": alarm("twice-a", stat("v", "Twice", judged=True), periods=2)})
    publish(cloud, Twice=11)
    assert states(cloud, "twice") == {"a": "OK"}


def test_a_composite_without_its_alarms_fails_the_stack(cloud):
    cloudformation = cloud.client("cloudformation")
    template = json.dumps({"Resources": {"All": composite("nothing", "no-such-alarm")}})
    cloudformation.create_stack(StackName="nothing", TemplateBody=template)
    for _ in range(50):
        found = cloudformation.describe_stacks(StackName="nothing")["Stacks"][0]["StackStatus"]
        if found.startswith("ROLLBACK"):
            return
        time.sleep(0.1)
    pytest.fail(f"the stack is {found}")


def test_a_log_line_in_the_embedded_metric_format_makes_metrics(cloud):
    logs = cloud.client("logs")
    logs.create_log_group(logGroupName="embedded")
    logs.create_log_stream(logGroupName="embedded", logStreamName="s")
    directive = {
        "Namespace": "Embedded",
        "Dimensions": [["environment"], ["environment", "alias"]],
        "Metrics": [{"Name": "Requests", "Unit": "Count"}],
    }
    line = {
        "_aws": {"Timestamp": 0, "CloudWatchMetrics": [directive]},
        "environment": "here",
        "alias": "chat",
        "Requests": 3,
    }
    said = [json.dumps(line), "plain text", '"_aws" in no JSON']
    events = [{"timestamp": round(time.time() * 1000), "message": each} for each in said]
    logs.put_log_events(logGroupName="embedded", logStreamName="s", logEvents=events)
    listed = cloud.client("cloudwatch").list_metrics(Namespace="Embedded")["Metrics"]
    assert sorted(len(each["Dimensions"]) for each in listed) == [1, 2]


def test_a_budget_of_a_template_is_found_by_the_api(cloud):
    budget = {
        "BudgetName": "of-a-template",
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": 10, "Unit": "USD"},
    }
    resource = {"Type": "AWS::Budgets::Budget", "Properties": {"Budget": budget}}
    cloud.deploy("budget", {"Budget": resource})
    budgets = cloud.client("budgets")
    found = budgets.describe_budget(AccountId="000000000000", BudgetName="of-a-template")
    assert found["Budget"]["BudgetLimit"] == {"Amount": "10", "Unit": "USD"}

    raised = {**budget, "BudgetLimit": {"Amount": 20, "Unit": "USD"}}
    cloud.deploy("budget", {"Budget": {**resource, "Properties": {"Budget": raised}}})
    found = budgets.describe_budget(AccountId="000000000000", BudgetName="of-a-template")
    assert found["Budget"]["BudgetLimit"]["Amount"] == "20"


def test_what_is_only_recorded_deploys_and_can_be_referred_to(cloud):
    monitor = {
        "Type": "AWS::CE::AnomalyMonitor",
        "Properties": {"MonitorName": "m", "MonitorType": "CUSTOM"},
    }
    application = {
        "Type": "AWS::CodeDeploy::Application",
        "Properties": {"ComputePlatform": "Lambda"},
    }
    made = cloud.deploy(
        "recorded",
        {"Monitor": monitor, "Application": application},
        Monitor={"Fn::GetAtt": ["Monitor", "MonitorArn"]},
        Application={"Ref": "Application"},
    )
    assert made["Monitor"].startswith("arn:aws:ce::000000000000:anomalymonitor/")
    assert made["Application"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"bad": 1.0, "requests": 4.0}, 25.0),
        ({"bad": None, "requests": 4.0}, 0.0),
        ({"bad": 2.0, "requests": 2.0}, 0.0),
        ({"bad": None, "requests": None}, None),
    ],
)
def test_a_formula_is_what_cloudwatch_makes_of_it(values, expected):
    assert evaluate(SHARE, values) == expected


def test_a_formula_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="SEARCH"):
        evaluate("SEARCH('x', 'Sum')", {})
