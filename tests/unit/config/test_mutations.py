"""R6: 2,000 mutated environment files; none is taken wrong, and every refusal names its field."""

import random
import re
from pathlib import Path

from config.errors import ConfigError
from config.guardrail import Guardrail
from config.load import ENVIRONMENTS, load_catalogue, parse_environment, parse_guardrail
from config.models import invocable_ids
from config.schema import Environment

FILES = 2_000
TEXT = (ENVIRONMENTS / "dev.toml").read_text(encoding="utf-8")
LINES = TEXT.splitlines()
JUNK = ["0", "-1", "1.5", "true", '""', '"x"', "[]", "{}", "[1]", '["x"]', "99999999999", "nan"]


def settings_of(lines: list[str]) -> list[int]:
    return [i for i, line in enumerate(lines) if re.match(r"^[A-Za-z_-]+ = ", line)]


def mutate(dice: random.Random, original: list[str] = LINES) -> tuple[str, str, str]:
    """A file with one setting broken, the setting's name, and the table that it stands in."""
    lines, settings = list(original), settings_of(original)
    at = dice.choice(settings)
    name, value = lines[at].split(" = ", 1)
    how = dice.choice(("typo", "junk", "gone", "twice", "swap", "scramble"))
    if how == "typo":
        cut = dice.randrange(len(name))
        lines[at] = f"{name[:cut]}x{name[cut:]} = {value}"
    elif how == "junk":
        lines[at] = f"{name} = {dice.choice(JUNK)}"
    elif how == "gone":
        del lines[at]
    elif how == "twice":
        lines.insert(at, lines[at])
    elif how == "swap":
        lines[at] = f"{name} = {original[dice.choice(settings)].split(' = ', 1)[1]}"
    else:
        cut = dice.randrange(1, max(2, len(value) - 1))
        lines[at] = f"{name} = {value[:cut]}{dice.choice('aZ9-_.*/é')}{value[cut:]}"
    headers = [line.strip("[]") for line in original[:at] if line.startswith("[")]
    return "\n".join(lines) + "\n", name, headers[-1] if headers else ""


def test_no_mutated_file_is_taken_wrong_and_every_refusal_names_its_field():
    dice = random.Random(20261122)
    refused = 0
    for _ in range(FILES):
        text, name, table = mutate(dice)
        try:
            promises_hold(parse_environment("dev", text, load_catalogue()))
        except ConfigError as error:
            refused += 1
            assert all(p.file == "config/environments/dev.toml" for p in error.problems)
            assert all(p.field and p.expected for p in error.problems)
            assert any(concerns(problem.field, name, table) for problem in error.problems), (
                f"{name} is broken; told: {error}"
            )
    assert refused > FILES / 2


def test_no_mutated_guardrail_is_taken_wrong_and_every_refusal_names_its_field():
    dice = random.Random(20261124)
    original = (Path(__file__).parent / "full_guardrail.toml").read_text().splitlines()
    refused = 0
    for _ in range(FILES):
        text, name, table = mutate(dice, original)
        try:
            guardrail_promises_hold(parse_guardrail("full", text))
        except ConfigError as error:
            refused += 1
            assert all(p.file == "config/guardrails/full.toml" for p in error.problems)
            assert all(p.field and p.expected for p in error.problems)
            assert any(
                concerns(p.field, name, table)
                or table.split(".")[0] in p.field
                or p.field in DEMANDS
                for p in error.problems
            ), f"{name} is broken; told: {error}"
    assert refused > FILES / 3


# What is judged by a profile that is gone.
DEMANDS = ("content_tier", "topics_tier", "automated_reasoning")


def guardrail_promises_hold(guardrail: Guardrail) -> None:
    """What the component relies on, checked without the code under test."""
    texts = (guardrail.description, guardrail.blocked_input, guardrail.blocked_output)
    assert all(1 <= len(text) <= 500 for text in texts)
    attack = guardrail.content_filters.get("PROMPT_ATTACK")
    assert attack is None or attack.output.strength == "NONE"
    if "STANDARD" in (guardrail.content_tier, guardrail.topics_tier):
        assert guardrail.cross_region
    words = [word.text.lower() for word in guardrail.words]
    assert len(set(words)) == len(words)
    assert all(0 <= one.threshold < 1 for one in guardrail.grounding.values())
    limit = 1_000 if guardrail.topics_tier == "STANDARD" else 200
    assert all(1 <= len(topic.definition) <= limit for topic in guardrail.topics)


def concerns(field: str, name: str, table: str) -> bool:
    """The broken setting itself, a part of it, or the table that it makes wrong."""
    if field == "(the file)" or name in field:
        return True
    # A region or a residency is judged by the models and guardrails that it rules out.
    if name in ("region", "residency"):
        return field.endswith((".model", "_model", ".fallbacks")) or field == "guardrails"
    if name == "guardrails":
        return field.endswith(".guardrail")  # of an alias that names one left out
    return field.startswith(table) if table else "." not in field


def promises_hold(environment: Environment) -> None:
    """What the stacks rely on, checked without the code under test."""
    assert re.fullmatch(r"\d{12}", environment.account)
    residency = set(environment.residency)
    for alias in environment.aliases.values():
        assert alias.guardrail is None or alias.guardrail in environment.guardrails
        assert alias.knowledge_base is None or alias.knowledge_base in environment.knowledge_bases
        for target in alias.targets:
            assert target.id in invocable_ids(target.model, environment.region)
            assert set(target.destinations) <= residency
            assert target.price is not None
            if target.model.kind == "chat":
                assert alias.max_tokens and alias.max_tokens >= 1
    for tenant in environment.tenants.values():
        assert set(tenant.aliases) <= set(environment.aliases)
        assert tenant.monthly_budget_usd > 0
    for base in environment.knowledge_bases.values():
        assert base.dimensions in base.embedding_model.model.limits.dimensions
