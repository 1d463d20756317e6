"""A13: an accepted finding says which, where, why, whose and until when, or the gate fails."""

import json
from datetime import date

import pytest

from config.__main__ import main
from config.accepted import held_in, overdue
from config.errors import ConfigError
from config.load import (
    environment_names,
    load_accepted,
    load_environment,
    parse_accepted,
)

TODAY = date(2026, 11, 24)
ENTRY = """
[no-queue]
rules = ["Serverless-LambdaDLQ", "CKV_AWS_116"]
resources = ["Gateway/Chat/Function"]
environments = ["dev"]
reason = "Its caller waits for the answer."
owner = "platform-team"
until = 2027-06-30
"""


def test_what_stands_in_the_repository_holds_today_and_says_so():
    assert load_accepted()
    assert list(overdue(parse_accepted(ENTRY), TODAY)) == []


@pytest.mark.parametrize(
    ("line", "instead", "field"),
    [
        ('reason = "Its caller waits for the answer."', "", "no-queue.reason"),
        ('reason = "Its caller waits for the answer."', 'reason = "wontfix"', "no-queue.reason"),
        ('owner = "platform-team"', "", "no-queue.owner"),
        ('owner = "platform-team"', 'owner = ""', "no-queue.owner"),
        ("until = 2027-06-30", "", "no-queue.until"),
        ("until = 2027-06-30", 'until = "next year"', "no-queue.until"),
        ('resources = ["Gateway/Chat/Function"]', "", "no-queue.resources"),
        ('["Gateway/Chat/Function"]', "[]", "no-queue.resources"),
        ('["Gateway/Chat/Function"]', '["Gateway"]', "no-queue.resources.0"),
        ('["Gateway/Chat/Function"]', '["Gateway/*/Function"]', "no-queue.resources.0"),
        ('["Gateway/Chat/Function"]', '["Gateway/"]', "no-queue.resources.0"),
        ('["Gateway/Chat/Function"]', '["/Chat"]', "no-queue.resources.0"),
        ('"CKV_AWS_116"', '"AwsSolutions"', "no-queue.rules.1"),
        ('"CKV_AWS_116"', '"*"', "no-queue.rules.1"),
        ('"CKV_AWS_116"', '"AwsSolutions-IAM5[Resource::{stage}]"', "no-queue.rules.1"),
        ('["dev"]', '["develop"]', "no-queue.environments"),
        ("owner =", "because = 1\nowner =", "no-queue.because"),
    ],
)
def test_an_entry_that_lacks_or_bends_a_part_is_refused_by_its_field(line, instead, field):
    assert line in ENTRY
    with pytest.raises(ConfigError) as refused:
        parse_accepted(ENTRY.replace(line, instead))
    problem = refused.value.problems[0]
    assert (problem.file, problem.field) == ("config/accepted.toml", field)
    assert problem.expected


@pytest.mark.parametrize(
    ("until", "level"),
    [
        ("2026-11-23", "fail"),
        ("2026-11-24", "warn"),
        ("2026-12-23", "warn"),
        ("2026-12-24", None),
        ("2027-11-25", None),
        ("2027-11-26", "fail"),
    ],
)
def test_it_holds_for_a_year_at_most_and_warns_for_its_last_month(until, level):
    found = list(overdue(parse_accepted(ENTRY.replace("2027-06-30", until)), TODAY))
    assert [(each.level, each.problem.field) for each in found] == (
        [(level, "no-queue.until")] if level else []
    )


def test_a_rule_that_names_the_environment_is_written_once_for_all():
    entry = ENTRY.replace(
        '"CKV_AWS_116"', '"AwsSolutions-IAM5[Resource::arn:{region}:{account}:{environment}/*]"'
    )
    dev = load_environment("dev").model_copy(
        update={"account": "123456789012", "region": "eu-west-1"}
    )
    rules = held_in(parse_accepted(entry), dev)["no-queue"].rules
    assert rules[1] == "AwsSolutions-IAM5[Resource::arn:eu-west-1:123456789012:dev/*]"
    assert held_in(parse_accepted(entry), load_environment("prod")) == {}


def test_no_entry_of_the_repository_knows_an_account_or_a_region():
    said = [load_environment(name) for name in environment_names()]
    for rule in (rule for accepted in load_accepted().values() for rule in accepted.rules):
        assert not any(each.account in rule or each.region in rule for each in said), rule


def test_the_gate_fails_when_the_time_of_an_entry_is_over(capsys):
    last = max(accepted.until for accepted in load_accepted().values())
    assert main(["check", "dev", "--today", f"{last.year + 1}-01-01", "--json"]) == 1
    fails = {each["field"] for each in json.loads(capsys.readouterr().out)}
    assert {f"{name}.until" for name in load_accepted()} <= fails
