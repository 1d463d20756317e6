"""Every rule of bedrock-2026 §4 has a guardrail file that it refuses, and one that it lets pass."""

from pathlib import Path

import pytest

from config.__main__ import main
from config.errors import ConfigError
from config.load import (
    ENVIRONMENTS,
    GUARDRAILS,
    load_catalogue,
    load_guardrails,
    parse_environment,
    parse_guardrail,
)

FULL = (Path(__file__).parent / "full_guardrail.toml").read_text(encoding="utf-8")
DEV = (ENVIRONMENTS / "dev.toml").read_text(encoding="utf-8")
LAST = "[automated_reasoning]"
TOPICS = "\n".join(
    f'[[topics]]\nname = "T{number}"\ndefinition = "A topic."' for number in range(30)
)
PATTERNS = "\n".join(
    f'[patterns.p{number}]\npattern = "P{number}"\naction = "BLOCK"' for number in range(30)
)
ARN = "arn:aws:bedrock:us-east-1:111111111111:automated-reasoning-policy/abcdefghijkl:"


def words(count: int) -> str:
    return f"words = {[f'word {number}' for number in range(count)]}"


# What the full file says, what breaks the rule, the field named, a part of the remedy, and the
# nearest thing that the rule lets pass.
RULES = {
    "a description of at most 200 characters": (
        '"Has everything."',
        f'"{"x" * 201}"',
        "description",
        "at most 200",
        f'"{"x" * 200}"',
    ),
    "a message of at most 500 characters": (
        '"In."',
        f'"{"x" * 501}"',
        "blocked_input",
        "at most 500",
        f'"{"x" * 500}"',
    ),
    "a message that is not empty": ('"Out."', '""', "blocked_output", "at least 1", '"x"'),
    "a field that exists": ("[grounding]", "[groundign]", "groundign", "edit-a-guardrail", None),
    "a STANDARD tier needs a profile": (
        'cross_region = "us"\n',
        "",
        "content_tier",
        "needs `cross_region`",
        'cross_region = "eu"\n',
    ),
    "a STANDARD tier of topics needs a profile": (
        'cross_region = "us"\n',
        "",
        "topics_tier",
        "needs `cross_region`",
        None,
    ),
    "automated reasoning needs a profile": (
        'cross_region = "us"\n',
        "",
        "automated_reasoning",
        "needs `cross_region`",
        None,
    ),
    "a profile of a geography that exists": ('"us"', '"mars"', "cross_region", "'us'", '"apac"'),
    "a tier that exists": (
        'topics_tier = "STANDARD"',
        'topics_tier = "PREMIUM"',
        "topics_tier",
        "'CLASSIC'",
        'topics_tier = "CLASSIC"',
    ),
    "a category that exists": (
        'SEXUAL = "HIGH"',
        'GAMBLING = "HIGH"',
        "content_filters.GAMBLING",
        "'MISCONDUCT'",
        'MISCONDUCT = "HIGH"',
    ),
    "a strength that exists": (
        'SEXUAL = "HIGH"',
        'SEXUAL = "EXTREME"',
        "content_filters.SEXUAL.input.strength",
        "'MEDIUM'",
        'SEXUAL = "MEDIUM"',
    ),
    "a filter blocks or reports": (
        'output = { strength = "HIGH", action = "NONE" }',
        'output = { strength = "HIGH", action = "ANONYMIZE" }',
        "content_filters.VIOLENCE.output.action",
        "'BLOCK'",
        'output = { strength = "HIGH", action = "BLOCK" }',
    ),
    "a modality that exists": (
        '["TEXT", "IMAGE"]',
        '["AUDIO"]',
        "content_filters.HATE.input.modalities.0",
        "'IMAGE'",
        '["IMAGE"]',
    ),
    "a modality stands there once": (
        '["TEXT", "IMAGE"]',
        '["TEXT", "TEXT"]',
        "content_filters.HATE.input.modalities",
        "twice",
        '["TEXT"]',
    ),
    "prompt attacks come in prompts": (
        'output = { strength = "NONE", action = "OFF" }',
        'output = "LOW"',
        "content_filters.PROMPT_ATTACK.output",
        "'NONE'",
        'output = "NONE"',
    ),
    "a topic's name of the service's letters": (
        '"Tax advice"',
        '"Tax/advice"',
        "topics.0.name",
        "match",
        '"Tax advice?"',
    ),
    "a topic's name of at most 100 characters": (
        '"Tax advice"',
        f'"{"x" * 101}"',
        "topics.0.name",
        "match",
        f'"{"x" * 100}"',
    ),
    "a definition of at most 1,000 characters": (
        '"Advice on what a concrete person or firm has to pay in taxes."',
        f'"{"x" * 1_001}"',
        "topics.0.definition",
        "at most 1000",
        f'"{"x" * 1_000}"',
    ),
    "examples of at most 100 characters": (
        '"May I deduct my car?"',
        f'"{"x" * 101}"',
        "topics.0.examples.0",
        "at most 100",
        f'"{"x" * 100}"',
    ),
    "at most five examples": (
        '["May I deduct my car?"]',
        str(["x"] * 6),
        "topics.0.examples",
        "at most 5",
        str(["x"] * 5),
    ),
    "a topic's name stands there once": (
        LAST,
        f'[[topics]]\nname = "Tax advice"\ndefinition = "x"\n{LAST}',
        "topics",
        "two topics",
        f'[[topics]]\nname = "Tax"\ndefinition = "x"\n{LAST}',
    ),
    "at most 30 topics": (LAST, f"{TOPICS}\n{LAST}", "topics", "at most 30", None),
    "a word of at most 100 characters": (
        '"Project Nightjar"',
        f'"{"x" * 101}"',
        "words.0.text",
        "at most 100",
        f'"{"x" * 100}"',
    ),
    "a word stands there once, in whatever letters": (
        '"Project Nightjar"',
        '"PROJECT ibis"',
        "words",
        "twice",
        '"PROJECT ibises"',
    ),
    "a word is not masked": (
        '{ text = "Project Ibis", action = { input = "NONE", output = "BLOCK" } }',
        '{ text = "Project Ibis", action = "ANONYMIZE" }',
        "words.1.action.input",
        "'BLOCK'",
        '{ text = "Project Ibis", action = "NONE" }',
    ),
    "what is off both ways is left out": (
        'profanity = { input = "OFF", output = "BLOCK" }',
        'profanity = "OFF"',
        "profanity",
        "leave the entry out",
        "profanity = false",
    ),
    "a kind of personal data that exists": (
        'EMAIL = "ANONYMIZE"',
        'EMIAL = "ANONYMIZE"',
        "pii.EMIAL",
        "'EMAIL'",
        'VEHICLE_IDENTIFICATION_NUMBER = "ANONYMIZE"',
    ),
    "an action that exists": (
        'EMAIL = "ANONYMIZE"',
        'EMAIL = "MASK"',
        "pii.EMAIL.input",
        "'ANONYMIZE'",
        'EMAIL = "BLOCK"',
    ),
    "both directions are said": (
        'NAME = { input = "OFF", output = "NONE" }',
        'NAME = { input = "BLOCK" }',
        "pii.NAME.output",
        "required",
        'NAME = { input = "BLOCK", output = "OFF" }',
    ),
    "a pattern that compiles": (
        '"ORD-[0-9]{8}"',
        '"ORD-[0-9"',
        "patterns.order.pattern",
        "regular expression",
        '"ORD-[0-9]"',
    ),
    "a pattern of at most 500 characters": (
        '"ORD-[0-9]{8}"',
        f'"{"x" * 501}"',
        "patterns.order.pattern",
        "at most 500",
        f'"{"x" * 500}"',
    ),
    "a pattern's name of at most 100 characters": (
        "[patterns.order]",
        f"[patterns.{'x' * 101}]",
        f"patterns.{'x' * 101}",
        "at most 100",
        f"[patterns.{'x' * 100}]",
    ),
    "a pattern stands there once": (
        LAST,
        f'[patterns.same]\npattern = "ORD-[0-9]{{8}}"\naction = "BLOCK"\n{LAST}',
        "patterns",
        "two patterns",
        f'[patterns.same]\npattern = "ORD-[0-9]{{9}}"\naction = "BLOCK"\n{LAST}',
    ),
    "at most 30 patterns": (LAST, f"{PATTERNS}\n{LAST}", "patterns", "at most 30", None),
    "a threshold below one": (
        "GROUNDING = 0.75",
        "GROUNDING = 1.0",
        "grounding.GROUNDING.threshold",
        "less than or equal to 0.99",
        "GROUNDING = 0.99",
    ),
    "a threshold of at least nothing": (
        "GROUNDING = 0.75",
        "GROUNDING = -0.1",
        "grounding.GROUNDING.threshold",
        "greater than or equal to 0",
        "GROUNDING = 0",
    ),
    "a check of grounding that exists": (
        "GROUNDING = 0.75",
        "TRUTH = 0.75",
        "grounding.TRUTH",
        "'RELEVANCE'",
        "GROUNDING = { threshold = 0.75 }",
    ),
    "a policy of logic by its version": (
        f"{ARN}1",
        ARN.rstrip(":"),
        "automated_reasoning.policies.0",
        "match",
        f"{ARN}12",
    ),
    "at most two policies of logic": (
        f'["{ARN}1"]',
        str([f"{ARN}{number}" for number in (1, 2, 3)]),
        "automated_reasoning.policies",
        "at most 2",
        str([f"{ARN}1", f"{ARN}2"]),
    ),
    "a confidence of at most one": (
        "confidence_threshold = 0.8",
        "confidence_threshold = 1.1",
        "automated_reasoning.confidence_threshold",
        "less than or equal to 1",
        "confidence_threshold = 1",
    ),
    "at most 10,000 words": (
        FULL[FULL.index("words =") : FULL.index("profanity")].strip(),
        words(10_001),
        "words",
        "at most 10000",
        words(10_000),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_refuses_by_name(rule: str):
    said, wrong, field, remedy, _ = RULES[rule]
    assert said in FULL
    with pytest.raises(ConfigError) as refused:
        parse_guardrail("full", FULL.replace(said, wrong, 1))
    told = [str(problem) for problem in refused.value.problems if problem.field == field]
    assert told, f"{field} is not named in: {refused.value}"
    assert told[0].startswith("config/guardrails/full.toml: ")
    assert remedy in told[0]


@pytest.mark.parametrize("rule", [rule for rule in RULES if RULES[rule][4] is not None])
def test_the_rule_lets_its_nearest_neighbour_pass(rule: str):
    said, _, _, _, right = RULES[rule]
    parse_guardrail("full", FULL.replace(said, str(right), 1))


def test_the_full_file_passes():
    parse_guardrail("full", FULL)


MESSAGES = 'description = "x"\nblocked_input = "x"\nblocked_output = "x"\n'


def test_a_guardrail_without_a_policy_is_refused():
    with pytest.raises(ConfigError, match=r"\(the file\) = 'no policy'"):
        parse_guardrail("empty", MESSAGES)
    parse_guardrail("small", f'{MESSAGES}words = ["x"]')


@pytest.mark.parametrize(("tier", "length"), [("CLASSIC", 200), ("STANDARD", 1_000)])
def test_a_definition_is_as_long_as_its_tier_allows(tier: str, length: int):
    text = f'{MESSAGES}cross_region = "us"\ntopics_tier = "{tier}"\n[[topics]]\nname = "T"\n'
    parse_guardrail("topic", f'{text}definition = "{"x" * length}"')
    with pytest.raises(ConfigError, match=r"topics.0.definition = "):
        parse_guardrail("topic", f'{text}definition = "{"x" * (length + 1)}"')


@pytest.mark.parametrize("tier", ["content_tier", "topics_tier"])
def test_a_tier_of_nothing_is_refused(tier: str):
    text = f'{MESSAGES}cross_region = "us"\nwords = ["x"]\n{tier} = "STANDARD"'
    with pytest.raises(ConfigError, match=f"{tier} = 'STANDARD': a tier of nothing"):
        parse_guardrail("tier", text)


def deployed(text: str, guardrail: str = FULL):
    guardrails = {**load_guardrails(), "full": parse_guardrail("full", guardrail)}
    named = text.replace('"grounded"]', '"grounded", "full"]', 1)
    return parse_environment("dev", named, load_catalogue(), guardrails)


def test_an_environment_holds_the_guardrails_that_it_names():
    assert [*deployed(DEV).guardrails] == ["standard", "strict", "grounded", "full"]


# What is right in the file and wrong where it is deployed: told of the environment.
MISPLACED = {
    "a profile of another continent": (
        DEV,
        FULL.replace('"us"', '"eu"'),
        "may be used from ['eu-central-1', 'eu-west-1'], not from here",
    ),
    "a profile that leaves the residency": (
        DEV.replace('["us-east-1", "us-east-2", "us-west-2"]', '["us-east-1", "us-east-2"]'),
        FULL,
        "may judge in ['us-west-2'], outside residency",
    ),
    "a policy of logic of another region": (
        DEV,
        FULL.replace("bedrock:us-east-1", "bedrock:us-west-2"),
        "a policy of another region",
    ),
}


@pytest.mark.parametrize("mistake", MISPLACED)
def test_a_guardrail_in_the_wrong_place_is_refused(mistake: str):
    text, guardrail, remedy = MISPLACED[mistake]
    with pytest.raises(ConfigError) as refused:
        deployed(text, guardrail)
    told = [p for p in refused.value.problems if p.field == "guardrails" and remedy in p.expected]
    assert told and told[0].file == "config/environments/dev.toml"


@pytest.mark.parametrize(("environment", "length"), [("e" * 12, 30), ("dev", 31)])
def test_a_guardrails_name_has_at_most_50_characters(environment: str, length: int):
    def named(length: int):
        name = "g" * length
        text = DEV.replace(
            '["standard", "strict", "grounded"]', f'["standard", "grounded", "{name}"]'
        )
        guardrails = {**load_guardrails(), name: parse_guardrail("full", FULL)}
        return parse_environment(environment, text, load_catalogue(), guardrails)

    named(length)
    with pytest.raises(ConfigError, match=r"at most (50|31) characters"):
        named(length + 1)


@pytest.fixture
def files(tmp_path, monkeypatch):
    """`config/guardrails` in a folder that a test may write to."""
    folder = tmp_path / "config" / "guardrails"
    folder.mkdir(parents=True)
    for path in GUARDRAILS.glob("*.toml"):
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr("config.load.GUARDRAILS", folder)
    load_guardrails.cache_clear()
    yield folder
    load_guardrails.cache_clear()


def test_what_is_wrong_in_a_shared_file_is_told_once(files, capsys):
    (files / "strict.toml").write_text(MESSAGES)
    assert main(["check"]) == 1
    assert capsys.readouterr().out.count("no policy") == 1


def test_a_file_that_no_environment_names_fails_the_check(files, capsys):
    (files / "forgotten.toml").write_text(FULL)
    assert main(["check"]) == 1
    told = capsys.readouterr().out
    assert "forgotten.toml: (the file) = 'no environment': name it in the `guardrails`" in told


@pytest.mark.parametrize("name", sorted(load_guardrails()))
def test_the_files_that_ship_say_why(name: str):
    text = (GUARDRAILS / f"{name}.toml").read_text(encoding="utf-8")
    assert text.startswith(f"# {name}: for ")
