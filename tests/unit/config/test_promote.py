"""`python -m config promote`: what is proven reaches the next file, and nothing else does."""

import shutil
from itertools import permutations
from pathlib import Path

import pytest

from config.__main__ import main
from config.compare import differences
from config.load import ENVIRONMENTS, load_environment
from config.schema import Environment
from config.travels import TRAVELS, travels

TODAY = ["--today", "2026-11-22"]
NAMES = ("local", "dev", "staging", "prod")
EVERYTHING = [
    field for field in Environment.model_fields if field != "name" and travels((field,)) != "never"
]


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The environments' files, to be changed at will."""
    copied = Path(shutil.copytree(ENVIRONMENTS, tmp_path / "environments"))
    for module in ("load", "promote"):
        monkeypatch.setattr(f"config.{module}.ENVIRONMENTS", copied)
    return copied


def edit(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text)


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text() + text)


SUMMARIZE = """
# Short texts of long ones.
[aliases.summarize]
description = "Summaries."
model = "us.amazon.nova-pro-v1:0" # as measured
guardrail = "strict"
max_tokens = 512
"""


def test_one_changed_model_is_one_changed_line(folder):
    before = (folder / "prod.toml").read_text()
    edit(folder / "staging.toml", ('"us.anthropic.claude-sonnet-5-5"', '"us.amazon.nova-pro-v1:0"'))
    assert main(["promote", "staging", "prod", "aliases.reasoning", *TODAY]) == 0
    after = (folder / "prod.toml").read_text()
    expected = before.replace("us.anthropic.claude-sonnet-5-5", "us.amazon.nova-pro-v1:0")
    assert after == expected
    assert load_environment("prod").aliases["reasoning"].model.id == "us.amazon.nova-pro-v1:0"


def test_a_new_alias_comes_with_its_comments_and_stands_with_the_others(folder):
    before = (folder / "prod.toml").read_text()
    append(folder / "staging.toml", SUMMARIZE)
    assert main(["promote", "staging", "prod", *TODAY]) == 0
    expected = before.replace("\n[operations]", f"{SUMMARIZE}\n[operations]")
    assert (folder / "prod.toml").read_text() == expected


def test_what_is_taken_back_leaves_the_file_as_it_was(folder):
    staging, prod = folder / "staging.toml", folder / "prod.toml"
    before, original = prod.read_text(), staging.read_text()
    edit(staging, ("max_tokens = 4_096", 'max_tokens = 8_192\nsystem_prompt = "Think."'))
    edit(staging, ("[operations]", f"{SUMMARIZE.lstrip()}\n[operations]"))
    assert main(["promote", "staging", "prod", *TODAY]) == 0
    assert prod.read_text() != before
    staging.write_text(original)
    assert main(["promote", "staging", "prod", *TODAY]) == 0
    assert prod.read_text() == before


def test_sizes_money_and_records_stay_unless_they_are_named(folder, capsys):
    before = (folder / "prod.toml").read_text()
    assert main(["promote", "staging", "prod", *TODAY]) == 0
    assert (folder / "prod.toml").read_text() == before
    out = capsys.readouterr().out
    assert "takes over from staging: nothing" in out
    assert "tenants.demo.monthly_budget_usd" in out
    assert main(["promote", "staging", "prod", "tenants.demo.monthly_budget_usd", *TODAY]) == 0
    assert load_environment("prod").tenants["demo"].monthly_budget_usd == 200


@pytest.mark.parametrize(("source", "target"), list(permutations(NAMES, 2)))
def test_whatever_is_named_ends_equal_and_a_second_time_changes_nothing(folder, source, target):
    arguments = ["promote", source, target, *EVERYTHING, *TODAY]
    assert main(arguments) == 0
    left = differences(load_environment(source), load_environment(target))
    assert {travels(each.path) for each in left} <= {"never"}
    once = (folder / f"{target}.toml").read_bytes()
    assert main(arguments) == 0
    assert (folder / f"{target}.toml").read_bytes() == once


def test_a_dry_run_shows_the_change_and_writes_nothing(folder, capsys):
    before = (folder / "prod.toml").read_text()
    edit(folder / "staging.toml", ("passages = 4", "passages = 6 # more of them"))
    assert main(["promote", "staging", "prod", "--dry-run", "aliases", *TODAY]) == 0
    assert (folder / "prod.toml").read_text() == before
    out = capsys.readouterr().out
    assert "+++ b/config/environments/prod.toml" in out
    assert "-passages = 4\n+passages = 6 # more of them\n" in out


def test_nothing_is_written_that_the_loader_refuses(folder, capsys):
    """prod's tenant may call the alias that staging has no longer."""
    before = (folder / "prod.toml").read_text()
    edit(folder / "staging.toml", (', "embed-default"', ""))
    _cut(folder / "staging.toml", "[aliases.embed-default]", "[operations]")
    assert main(["promote", "staging", "prod", *TODAY]) == 1
    assert "tenants.demo.aliases = 'embed-default'" in capsys.readouterr().err
    assert (folder / "prod.toml").read_text() == before
    assert main(["promote", "staging", "prod", "aliases", "tenants.demo.aliases", *TODAY]) == 0
    assert "embed-default" not in (folder / "prod.toml").read_text()


def test_nothing_is_written_that_the_gate_refuses(folder, capsys):
    """A fallback without images, behind an alias that promises them: it loads, and yet."""
    before = (folder / "prod.toml").read_text()
    edit(folder / "staging.toml", ("passages = 4", 'passages = 4\nneeds = ["images"]'))
    edit(folder / "staging.toml", ('["us.amazon.nova-2-lite-v1:0"]', '["deepseek.v3.2"]'))
    assert main(["promote", "staging", "prod", *TODAY]) == 1
    assert "fail: config/environments/prod.toml: aliases.docs-assistant" in capsys.readouterr().err
    assert (folder / "prod.toml").read_text() == before


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("account", "never travels"),
        ("region", "never travels"),
        ("residency", "never travels"),
        ("api.domain", "never travels"),
        ("aliases.chat", "close: ['aliases.chat-default'"),
        ("guardrails.strict", "neither has such a field"),
        ("tenants.demo.budget", "neither has such a field"),
    ],
)
def test_what_cannot_be_promoted_is_refused_by_name(folder, capsys, what, says):
    assert main(["promote", "staging", "prod", what, *TODAY]) == 1
    error = capsys.readouterr().err
    assert repr(what) in error and says in error


def test_a_part_of_what_is_compared_whole_is_refused(folder, capsys):
    edit(folder / "staging.toml", ("overlap_percent = 15", "overlap_percent = 20"))
    what = "knowledge_bases.handbook.chunking.overlap_percent"
    assert main(["promote", "staging", "prod", what, *TODAY]) == 1
    assert "a part of knowledge_bases.handbook.chunking" in capsys.readouterr().err


def test_a_bucket_of_another_account_does_not_come_with_a_new_knowledge_base(folder, capsys):
    before = (folder / "prod.toml").read_text()
    append(
        folder / "staging.toml",
        """
[knowledge_bases.contracts]
description = "Contracts."
bucket = "legal-of-staging"
prefixes = ["contracts/"]
embedding_model = "amazon.titan-embed-text-v2:0"
dimensions = 1_024
chunking = { strategy = "fixed", max_tokens = 120, overlap_percent = 15 }
readers = "everyone"
keep_vectors = false
""",
    )
    assert main(["promote", "staging", "prod", *TODAY]) == 1
    assert "knowledge_bases.contracts.bucket" in capsys.readouterr().err
    assert (folder / "prod.toml").read_text() == before


def test_a_header_inside_a_text_is_none(folder):
    edit(
        folder / "prod.toml",
        (
            'system_prompt = "You are a helpful assistant. Answer briefly."',
            'system_prompt = """\n[aliases.reasoning]\nmax_tokens = 1\n"""',
        ),
    )
    before = (folder / "prod.toml").read_text()
    edit(folder / "staging.toml", ("max_tokens = 4_096", "max_tokens = 8_192"))
    assert main(["promote", "staging", "prod", "aliases.reasoning", *TODAY]) == 0
    assert (folder / "prod.toml").read_text() == before.replace("4_096", "8_192")


def test_an_edit_that_says_something_else_is_not_written(folder, capsys, monkeypatch):
    before = (folder / "prod.toml").read_text()
    edit(folder / "staging.toml", ("max_tokens = 4_096", "max_tokens = 8_192"))
    monkeypatch.setattr("config.promote.Layout.take", lambda *_: None)
    assert main(["promote", "staging", "prod", *TODAY]) == 1
    assert "by hand" in capsys.readouterr().err
    assert (folder / "prod.toml").read_text() == before


def _cut(file: Path, start: str, end: str) -> None:
    text = file.read_text()
    file.write_text(text[: text.index(start)] + text[text.index(end) :])


def test_the_howto_says_what_never_travels():
    page = (ENVIRONMENTS.parents[1] / "docs/howto/promote-a-change.md").read_text(encoding="utf-8")
    (row,) = [line for line in page.splitlines() if line.startswith("| never ")]
    for pattern, allowed in TRAVELS.items():
        name = pattern.removeprefix("knowledge_bases.*.")
        assert (f"`{name}`" in row) == (allowed == "never"), pattern
