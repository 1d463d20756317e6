"""The gate: what a valid environment may not do today, or after what it was."""

import json
import subprocess
from datetime import date

import pytest

from config.__main__ import main
from config.gate import judge
from config.history import deployed_models
from config.load import ENVIRONMENTS, load_catalogue, load_environment, parse_environment

DEV = (ENVIRONMENTS / "dev.toml").read_text(encoding="utf-8")
TODAY = date(2026, 11, 22)
NOVA = "us.amazon.nova-lite-v1:0"


def environment(text: str = DEV, **facts: object):
    """dev, with `facts` changed in what the catalogue knows of Nova Lite."""
    catalogue = dict(load_catalogue())
    model = catalogue["amazon.nova-lite-v1:0"]
    catalogue[model.id] = model.model_copy(update=facts)
    return parse_environment("dev", text, catalogue)


def found(judged, *, today: date = TODAY, before=None) -> list[tuple[str, str]]:
    """(level, field) of every finding."""
    findings = judge(judged, today=today, before=before)
    return [(each.level, each.problem.field) for each in findings]


def test_finds_nothing_in_the_environments_as_committed():
    assert found(environment()) == []


def test_a_legacy_model_that_is_new_here_fails():
    legacy = environment(lifecycle="LEGACY")
    assert found(legacy) == [("fail", "aliases.chat-default.model")]
    other = {"aliases.chat-default": frozenset({"us.amazon.nova-micro-v1:0"})}
    assert found(legacy, before=other) == [("fail", "aliases.chat-default.model")]


def test_a_legacy_model_that_was_here_before_warns():
    before = {"aliases.chat-default": frozenset({NOVA})}
    legacy = environment(lifecycle="LEGACY")
    assert found(legacy, before=before) == [("warn", "aliases.chat-default.model")]


@pytest.mark.parametrize(
    ("end", "level"),
    [
        (date(2026, 11, 1), "fail"),  # past
        (date(2026, 12, 6), "fail"),  # in 14 days
        (date(2026, 12, 7), "warn"),  # in 15
        (date(2027, 1, 21), "warn"),  # in 60
        (date(2027, 1, 22), None),  # in 61
    ],
)
def test_an_end_of_life_warns_within_60_days_and_fails_within_14(end, level):
    expected = [(level, "aliases.chat-default.model")] if level else []
    assert found(environment(end_of_life=end)) == expected


def test_an_environment_may_set_its_own_days():
    text = DEV + "\n[lifecycle]\nwarn_days = 90\nfail_days = 30\n"
    assert found(environment(text, end_of_life=date(2026, 12, 20)))[0][0] == "fail"
    assert found(environment(text, end_of_life=date(2027, 2, 1)))[0][0] == "warn"


def test_a_fallback_that_lacks_what_the_alias_needs_fails():
    text = DEV.replace("max_tokens = 1_024", 'max_tokens = 1_024\nneeds = ["images"]')
    text = text.replace("mistral.mistral-large-3-675b-instruct", "deepseek.v3.2")
    assert ("fail", "aliases.chat-default.fallbacks") in found(environment(text))


def test_a_fallback_that_takes_less_than_its_model_warns():
    text = DEV.replace("mistral.mistral-large-3-675b-instruct", "deepseek.v3.2")
    assert found(environment(text)) == [("warn", "aliases.chat-default.fallbacks")]


def test_a_model_that_reads_less_than_the_alias_promises_fails():
    text = DEV.replace("max_tokens = 1_024", "max_tokens = 1_024\ncontext_tokens = 290_000")
    assert found(environment(text)) == [("fail", "aliases.chat-default.fallbacks")]


def aliases(count: int) -> str:
    one = (
        '\n[aliases.a{}]\ndescription = "x"\nmodel = "{}"\nmax_tokens = 9\nguardrail = "standard"\n'
    )
    return DEV + "".join(one.format(i, NOVA) for i in range(count))


def test_more_than_3_kb_of_deployed_ids_fails():
    problems = [each.problem for each in judge(environment(aliases(150)), today=TODAY, before=None)]
    assert [p.field for p in problems if "bytes of deployed ids" in p.expected] == ["aliases"]


def test_a_policy_that_iam_would_refuse_fails():
    problems = [each.problem for each in judge(environment(aliases(60)), today=TODAY, before=None)]
    assert [(p.field, p.given) for p in problems if "guardrails" in p.expected] == [
        ("aliases", "9 IAM policies")
    ]


def test_a_network_takes_one_policy_of_the_role():
    text = aliases(24)
    network = """
[network]
vpc = { cidr = "10.60.0.0/16", zones = ["use1-az4", "use1-az6"] }
prefix_lists = { s3 = "pl-63a5400a", dynamodb = "pl-02cd2c6b" }
"""
    assert ("fail", "aliases") not in found(environment(text))
    assert ("fail", "aliases") in found(environment(text + network))


def test_a_tenants_own_profiles_count():
    text = DEV.replace(
        "requests_per_second = 5\n", "requests_per_second = 5\nown_profiles = true\n"
    )
    assert len(environment(text).inference) == 2 * len(environment().inference)


def test_knows_what_git_has():
    before = deployed_models("dev", "HEAD")
    assert before is not None and NOVA in before["aliases.chat-default"]
    assert deployed_models("never-there", "HEAD") is None


def test_the_command_tells_people(capsys):
    assert main(["check", "dev", "--today", "2026-11-22"]) == 0
    assert "dev: 0 failed" in capsys.readouterr().out


def test_the_command_tells_machines_and_fails_near_an_end_of_life(capsys, monkeypatch):
    ending = environment(end_of_life=date(2026, 12, 1))
    others = {name: load_environment(name) for name in ("local", "staging", "prod")}
    monkeypatch.setattr("config.check.load_environment", {**others, "dev": ending}.__getitem__)
    assert main(["check", "dev", "--today", "2026-11-22", "--json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)
    assert finding["level"] == "fail"
    assert finding["file"] == "config/environments/dev.toml"
    assert finding["field"] == "aliases.chat-default.model"
    assert finding["given"] == NOVA
    assert "2026-12-01" in finding["expected"]


def test_an_embedding_model_that_ends_takes_its_knowledge_base_with_it():
    catalogue = dict(load_catalogue())
    titan = catalogue["amazon.titan-embed-text-v2:0"]
    catalogue[titan.id] = titan.model_copy(update={"end_of_life": date(2026, 1, 1)})
    judged = parse_environment("dev", DEV, catalogue)
    fields = {"aliases.embed-default.model", "knowledge_bases.handbook.embedding_model"}
    assert set(found(judged)) == {("fail", field) for field in fields}


def test_fewer_days_to_warn_than_to_fail_still_fail():
    text = DEV + "\n[lifecycle]\nwarn_days = 5\nfail_days = 30\n"
    assert found(environment(text, end_of_life=date(2026, 12, 2)))[0][0] == "fail"


@pytest.mark.parametrize("revision", ["nosuchrev", "", "--output=x", "HEAD:config"])
def test_a_revision_that_git_does_not_have_is_refused(revision, capsys):
    assert main(["check", "dev", f"--against={revision}"]) == 1
    assert "--against" in capsys.readouterr().err


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A repository with one environment file, and what commits it."""
    folder = tmp_path / "config" / "environments"
    folder.mkdir(parents=True)
    monkeypatch.setattr("config.history.HERE", tmp_path / "config")
    monkeypatch.setattr("config.history.ENVIRONMENTS", folder)

    def git(*arguments: str) -> None:
        who = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    def commit(text: str) -> None:
        (folder / "dev.toml").write_text(text)
        git("add", ".")
        git("commit", "-m", "x")

    git("init", "-q")
    return commit


def alias(model: str) -> str:
    return f'[aliases.a]\nmodel = "{model}"\n'


def test_a_commit_without_origin_is_compared_with_the_one_before(checkout):
    checkout(alias("old"))
    checkout(alias("new"))
    assert deployed_models("dev", None) == {"aliases.a": frozenset({"old"})}


def test_a_first_commit_has_nothing_before_it(checkout):
    checkout(alias("new"))
    assert deployed_models("dev", None) is None


@pytest.mark.parametrize(
    "text",
    [
        "aliases = 3",
        "[aliases]\nx = 1",
        "[[aliases.x]]",
        '[aliases.a]\nmodel = ["a"]\nfallbacks = 3',
    ],
)
def test_an_old_file_that_was_broken_does_not_keep_a_repair_out(checkout, text):
    checkout(text)
    checkout(alias("new"))
    assert all(not ids for ids in deployed_models("dev", None).values())
