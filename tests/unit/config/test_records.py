"""What an environment may say about its records, and who may say it in one account."""

import json
import re

import pytest

from config import check as checking
from config.__main__ import main
from config.errors import ConfigError
from config.gate import judge
from config.load import ENVIRONMENTS, load_catalogue, load_environment, parse_environment
from config.singletons import SINGLETONS, twice_declared
from tests.unit.config.test_gate import TODAY

DEV = re.sub(
    r"\[invocation_logging\]\n(.+\n)+",
    "",
    (ENVIRONMENTS / "dev.toml").read_text(encoding="utf-8"),
)
LOGGING = "[invocation_logging]\nlog_retention_days = 30\nbucket_retention_days = 60\n"
TRAIL = "[trail]\nmanagement_events = true\nlog_retention_days = 30\nbucket_retention_days = 60\n"


def dev(tables: str):
    return parse_environment("dev", f"{DEV}\n{tables}", load_catalogue())


@pytest.mark.parametrize(
    ("tables", "field", "remedy"),
    [
        (LOGGING.replace("= 30", "= 31"), "invocation_logging.log_retention_days", "one of [1, 3"),
        (LOGGING.replace("= 60", "= 0"), "invocation_logging.bucket_retention_days", "or equal"),
        (LOGGING + 'deliver = ["texts"]', "invocation_logging.deliver.0", "'text', 'image'"),
        (LOGGING + 'deliver = ["text", "text"]', "invocation_logging.deliver", "once"),
        (LOGGING + "delivers = []", "invocation_logging.delivers", "no such field"),
        ("[invocation_logging]\n", "invocation_logging.log_retention_days", "required"),
        (TRAIL.replace("= true", '= "yes"'), "trail.management_events", "boolean"),
        (TRAIL.replace("management_events = true\n", ""), "trail.management_events", "required"),
        (TRAIL + "object_lock_days = 61", "trail.object_lock_days", "at most"),
        (TRAIL + "object_lock_days = 0", "trail.object_lock_days", "or equal"),
    ],
)
def test_a_mistake_is_refused_with_its_field_and_remedy(tables, field, remedy):
    with pytest.raises(ConfigError) as refused:
        dev(tables)
    problem = next(each for each in refused.value.problems if each.field == field)
    assert remedy in problem.expected


def test_nothing_is_delivered_unless_it_is_declared():
    assert dev(LOGGING).invocation_logging.deliver == ()


@pytest.mark.parametrize(
    ("deliver", "levels"), [([], []), (["embedding"], []), (["image", "text"], ["warn"])]
)
def test_delivered_text_is_warned_of_for_guardrails_mask_nothing_there(deliver, levels):
    declared = dev(f"{LOGGING}deliver = {json.dumps(deliver)}")
    found = list(judge(declared, today=TODAY, before=None))
    assert [each.level for each in found] == levels
    assert all("that a guardrail masks" in each.problem.expected for each in found)


def test_two_environments_of_one_account_and_region_do_not_share_what_it_has_once():
    one = dev(LOGGING)
    two = one.model_copy(update={"name": "twin"})
    (problem,) = twice_declared([one, two])
    assert (problem.file, problem.field) == ("config/environments/twin.toml", "invocation_logging")
    assert "or in dev.toml" in problem.expected


@pytest.mark.parametrize("other", [{"account": "999999999999"}, {"region": "eu-west-1"}])
def test_another_account_or_region_has_its_own(other):
    one = dev(LOGGING)
    assert list(twice_declared([one, one.model_copy(update={"name": "twin", **other})])) == []


def test_an_environment_without_it_is_in_nobodys_way():
    assert list(twice_declared([dev(LOGGING), dev("").model_copy(update={"name": "twin"})])) == []


def test_every_singleton_is_a_table_that_an_environment_may_leave_out():
    fields = type(load_environment("dev")).model_fields
    assert all(fields[table].default is None for table in SINGLETONS)


def test_the_check_of_one_environment_finds_its_twin_among_the_others(monkeypatch, capsys):
    twin = dev(LOGGING).model_copy(update={"name": "twin"})
    known = {"dev": dev(LOGGING), "twin": twin}
    monkeypatch.setattr(checking, "environment_names", lambda: tuple(known))
    monkeypatch.setattr(checking, "load_environment", known.__getitem__)
    assert main(["check", "dev"]) == 1
    assert "twin.toml: invocation_logging" in capsys.readouterr().out
