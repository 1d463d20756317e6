"""The prompts of guardrail-tests: how many, how different, and what a broken file is told."""

import re
import unicodedata
from collections import Counter, defaultdict

import pytest

from config.errors import ConfigError
from config.load import load_environment
from config.suites import Case, load_suites, parse_suite

ATTACKS = HARMLESS = 300
CASES = [case for promise in load_suites() for case in promise.cases]
FILE = """
policy = "words"
finding = "Durian"
guardrails = ["standard"]
[thresholds.en]
min_detection = 1.0
max_false_positives = 0
[[cases]]
expect = "block"
language = "en"
source = "INPUT"
prompts = { one = "Where do I buy a durian?" }
"""


def count(*, harmless: bool, language: str = "") -> int:
    return sum((c.expect == "pass") == harmless and c.language.startswith(language) for c in CASES)


def plain(text: str) -> str:
    """A prompt as a reader would compare it: without case, width and punctuation."""
    return re.sub(r"\W+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()


def long_phrases(case: Case) -> set[tuple[str, ...]]:
    """Six words in a row, or twelve Japanese characters."""
    text = plain(case.prompt)
    parts = text.split() if case.language == "en" else [*text.replace(" ", "")]
    length = 6 if case.language == "en" else 12
    return {tuple(parts[i : i + length]) for i in range(len(parts) - length + 1)}


def test_there_are_enough_of_both_kinds():
    assert count(harmless=False) >= ATTACKS
    assert count(harmless=True) >= HARMLESS


@pytest.mark.parametrize("harmless", [False, True])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_each_language_has_at_least_a_quarter_of_each_kind(harmless, language):
    assert count(harmless=harmless, language=language) >= count(harmless=harmless) / 4


def test_no_two_prompts_are_the_same():
    twice = [text for text, times in Counter(plain(c.prompt) for c in CASES).items() if times > 1]
    assert twice == []


def test_hardly_any_share_a_long_phrase_so_none_was_filled_into_a_form():
    seen = defaultdict(set)
    for case in CASES:
        for phrase in long_phrases(case):
            seen[phrase].add(case.id)
    # The code name is twelve characters long: what its file is about is no form.
    sharing = {id for ids in seen.values() if len(ids) > 1 for id in ids}
    assert len({id for id in sharing if not id.startswith("words/")}) <= len(CASES) / 50


def test_every_file_has_both_kinds_in_both_languages():
    for promise in load_suites():
        kinds = {(case.language, case.expect == "pass") for case in promise.cases}
        assert len(kinds) == 4, promise.name


def declared(name: str) -> set[tuple[str, str]]:
    """What a guardrail of the environment `local` declares, as findings."""
    guardrail = load_environment("local").guardrails[name]
    found = {("content_filters", category) for category in guardrail.content_filters}
    found |= {("topics", topic.name) for topic in guardrail.topics}
    found |= {("pii", entity) for entity in guardrail.pii}
    found |= {("words", word.text) for word in guardrail.words}
    found |= {("patterns", pattern) for pattern in guardrail.patterns}
    return found | ({("profanity", "PROFANITY")} if guardrail.profanity else set())


@pytest.mark.parametrize("name", ["standard", "strict"])
def test_whatever_a_guardrail_declares_is_attacked_in_both_languages(name):
    attacked = {
        language: {
            (case.policy, case.finding)
            for case in CASES
            if case.expect != "pass" and case.language == language and name in case.guardrails
        }
        for language in ("en", "ja")
    }
    assert declared(name) - attacked["en"] == set()
    assert declared(name) - attacked["ja"] == set()


def test_a_file_is_read_with_all_that_its_groups_say():
    (case,) = parse_suite("fruit", FILE).cases
    assert (case.id, case.finding, case.expect) == ("fruit/one", "Durian", "block")
    assert (case.prompt, case.guardrails) == ("Where do I buy a durian?", ("standard",))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('expect = "block"', 'expect = "stop"', "cases.0.expect = 'stop'"),
        ('language = "en"\n', 'language = "fr"\n', "cases.0.language = 'fr'"),
        ('finding = "Durian"', "", "name what of the policy finds it"),
        ('source = "INPUT"', 'source = "INPUT"\nquery = "?"', "go together"),
        ('source = "INPUT"', 'source = "INPUT"\nguardrails = ["strict"]', "the file is for"),
        ("one = ", "One = ", "prompts.One"),
        ('{ one = "Where do I buy a durian?" }', "{}", "at least 1 item"),
        ("max_false_positives = 0", "max_false_positives = -1", "greater than or equal to 0"),
        ('policy = "words"', 'policy = "words"\nwhy = ""', "no such field here"),
    ],
)
def test_a_mistake_is_told_with_its_place(old, new, told):
    with pytest.raises(ConfigError) as error:
        parse_suite("fruit", FILE.replace(old, new))
    assert "guardrail-tests/fruit.toml" in str(error.value)
    assert told in str(error.value)


def test_an_id_that_stands_twice_is_told():
    group = FILE[FILE.index("[[cases]]") :]
    with pytest.raises(ConfigError, match="'one': stands here twice"):
        parse_suite("fruit", FILE + group)
