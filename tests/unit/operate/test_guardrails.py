"""A guardrail's test run: asked as Bedrock takes it, judged by hand-made numbers."""

import json
import threading
from types import SimpleNamespace
from typing import Any

import jsonschema_rs
import pytest
from botocore.awsrequest import AWSResponse

from config.content import content_of
from config.load import load_environment
from config.suites import Case, parse_suite
from operate.__main__ import main
from operate.at_once import AT_ONCE, patient_client
from operate.errors import OperateError
from operate.guardrails import place as places
from operate.guardrails.apply import Finding, applier, content
from operate.guardrails.as_json import SCHEMA
from operate.guardrails.deployed import Deployed, find_deployed
from operate.guardrails.judge import Confusion, confusion, judge
from operate.guardrails.place import Place, find_place
from operate.guardrails.price import price
from operate.guardrails.report import rows
from operate.guardrails.run import run
from operate.statistics import wilson
from tests.unit.operate.stubbed import Stubbed

DEV = load_environment("dev")
STANDARD = DEV.guardrails["standard"]
CONTENT = content_of(STANDARD)
DEPLOYED = Deployed("standard", "gr1", "7", CONTENT, CONTENT)
AWS, EMBEDDED = Place(embedded=False), Place(embedded=True)
CHAT = "dev-Gateway-ChatFunctionD42E891B-x"


def case(**changed: Any) -> Case:
    whole: dict[str, Any] = {
        "id": "fruit/one",
        "suite": "fruit",
        "policy": "words",
        "finding": "Durian",
        "guardrails": ("standard",),
        "expect": "block",
        "language": "en",
        "source": "INPUT",
        "prompt": "Where do I buy a durian?",
        "passage": None,
        "query": None,
        "embedded": None,
    }
    return Case(**{**whole, **changed})


@pytest.fixture
def aws(monkeypatch):
    stubbed = Stubbed()
    monkeypatch.setattr("operate.guardrails.command.boto3_client", stubbed)
    monkeypatch.setattr(
        "operate.guardrails.command.patient_client",
        stubbed,
    )
    yield stubbed
    stubbed.close()


def expect_deployed(aws: Stubbed, description: str = f"content {CONTENT}", **used: Any) -> None:
    """The function of the deployed stack, what it was told, and what its version is called."""
    arn = f"arn:aws:iam::{DEV.account}:user/x"
    aws.answer("sts", "get_caller_identity", {"Account": DEV.account, "Arn": arn})
    chat = {
        "LogicalResourceId": "ChatFunctionD42E891B",
        "PhysicalResourceId": CHAT,
        "ResourceType": "AWS::Lambda::Function",
        "LastUpdatedTimestamp": 0,
        "ResourceStatus": "CREATE_COMPLETE",
    }
    role = {**chat, "LogicalResourceId": "ChatRole7392D60B", "ResourceType": "AWS::IAM::Role"}
    pages = {"StackResourceSummaries": [role, chat]}
    aws.answer("cloudformation", "list_stack_resources", pages, StackName="dev-Gateway")
    guardrails = used or {name: ["gr1", "7"] for name in DEV.guardrails}
    told = {
        "Environment": {"Variables": {"STRATA_DEPLOYED": json.dumps({"guardrails": guardrails})}}
    }
    aws.answer("lambda", "get_function_configuration", told, FunctionName=CHAT)
    for name in sorted(DEV.guardrails) if guardrails.keys() >= DEV.guardrails.keys() else ():
        own = description if name == "standard" else f"content {content_of(DEV.guardrails[name])}"
        answer_version(aws, own)


def answer_version(aws: Stubbed, description: str) -> None:
    said = {
        "name": "strata-dev-standard",
        "guardrailId": "gr1",
        "guardrailArn": "arn:aws:bedrock:us-east-1:111111111111:guardrail/gr1",
        "version": "7",
        "status": "READY",
        "createdAt": 0,
        "updatedAt": 0,
        "blockedInputMessaging": "no",
        "blockedOutputsMessaging": "no",
        "description": description,
    }
    asked = {"guardrailIdentifier": "gr1", "guardrailVersion": "7"}
    aws.answer("bedrock", "get_guardrail", said, **asked)


def answered(assessment: dict[str, Any]) -> dict[str, Any]:
    units = {
        f"{name}PolicyUnits": 0
        for name in ("topic", "content", "word", "sensitiveInformation", "contextualGrounding")
    }
    free = {"sensitiveInformationPolicyFreeUnits": 0}
    usage = {**units, **free}
    return {"usage": usage, "action": "NONE", "outputs": [], "assessments": [assessment]}


WORD = {"customWords": [{"match": "durian", "action": "BLOCKED"}], "managedWordLists": []}
EVERYTHING = {
    "contentPolicy": {"filters": [{"type": "HATE", "confidence": "LOW", "action": "BLOCKED"}]},
    "topicPolicy": {"topics": [{"name": "Legal advice", "type": "DENY", "action": "BLOCKED"}]},
    "wordPolicy": {
        **WORD,
        "managedWordLists": [{"match": "x", "type": "PROFANITY", "action": "NONE"}],
    },
    "sensitiveInformationPolicy": {
        "piiEntities": [{"match": "x", "type": "EMAIL", "action": "ANONYMIZED"}],
        "regexes": [{"name": "employee-number", "action": "ANONYMIZED"}],
    },
    "contextualGroundingPolicy": {
        "filters": [{"type": "GROUNDING", "threshold": 0.7, "score": 0.2, "action": "BLOCKED"}]
    },
}


def test_every_policys_findings_are_read_and_what_only_reports_is_none(aws):
    aws.answer(
        "bedrock-runtime",
        "apply_guardrail",
        answered(EVERYTHING),
        guardrailIdentifier="gr1",
        guardrailVersion="7",
        source="INPUT",
        content=[{"text": {"text": "Where do I buy a durian?"}}],
    )
    assert applier(aws("bedrock-runtime", ""), DEPLOYED)(case()) == (
        Finding("content_filters", "HATE", "BLOCKED"),
        Finding("topics", "Legal advice", "BLOCKED"),
        Finding("words", "durian", "BLOCKED"),
        Finding("pii", "EMAIL", "ANONYMIZED"),
        Finding("patterns", "employee-number", "ANONYMIZED"),
        Finding("grounding", "GROUNDING", "BLOCKED"),
    )


def test_an_answer_goes_with_its_passage_and_its_question():
    said = content(case(prompt="30 days.", passage="Refunds: 30 days.", query="How long?"))
    assert [each["text"]["qualifiers"] for each in said] == [
        ["grounding_source"],
        ["query"],
        ["guard_content"],
    ]


@pytest.mark.parametrize(
    ("expect", "found", "stopped", "elsewhere"),
    [
        ("block", [Finding("words", "durian", "BLOCKED")], True, None),
        ("block", [Finding("words", "Durian", "ANONYMIZED")], False, None),
        ("mask", [Finding("words", "Durian", "ANONYMIZED")], True, None),
        ("mask", [Finding("words", "Durian", "BLOCKED")], True, None),
        ("block", [Finding("words", "Lychee", "BLOCKED")], False, "words Lychee"),
        ("block", [Finding("topics", "Fruit", "BLOCKED")], False, "topics Fruit"),
        ("block", [], False, None),
        ("pass", [Finding("words", "Durian", "ANONYMIZED")], True, None),
        ("pass", [Finding("pii", "EMAIL", "ANONYMIZED")], False, None),
    ],
)
def test_what_counts_as_stopped(expect, found, stopped, elsewhere):
    outcome = judge(case(expect=expect), found)
    assert (outcome.stopped, outcome.elsewhere) == (stopped, elsewhere)
    assert outcome.is_wrong == (stopped == (expect == "pass"))


def test_a_harmless_text_may_be_stopped_by_no_content_filter_at_all():
    found = [Finding("content_filters", "VIOLENCE", "BLOCKED")]
    about = {"policy": "content_filters", "finding": "HATE"}
    assert judge(case(expect="pass", **about), found).stopped
    attack = judge(case(**about), found)
    assert (attack.stopped, attack.elsewhere) == (False, "content_filters VIOLENCE")


def outcomes(tp: int, fn: int, fp: int, tn: int) -> list[Any]:
    hit = [Finding("words", "Durian", "BLOCKED")]
    attack, harmless = case(), case(expect="pass")
    made = [(attack, hit)] * tp + [(attack, [])] * fn + [(harmless, hit)] * fp
    return [judge(*each) for each in [*made, *[(harmless, [])] * tn]]


def test_the_four_counts_and_their_shares():
    counts = confusion(outcomes(6, 2, 1, 9))
    assert counts == Confusion(6, 2, 1, 9)
    assert (counts.detection, counts.false_positive_rate) == (0.75, 0.1)
    nothing = confusion([])
    assert (nothing.detection, nothing.false_positive_interval) == (None, None)


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [(1, 10, 0.0179, 0.4042), (0, 20, 0.0, 0.1611), (5, 10, 0.2366, 0.7634), (4, 4, 0.5101, 1.0)],
)
def test_wilsons_interval_is_the_published_one(hits, trials, low, high):
    assert wilson(hits, trials) == pytest.approx((low, high), abs=1e-4)


PROMISE = parse_suite(
    "fruit",
    """
    policy = "words"
    finding = "Durian"
    guardrails = ["standard"]
    [thresholds.en]
    min_detection = 0.75
    max_false_positives = 1
    [[cases]]
    expect = "block"
    language = "en"
    source = "INPUT"
    prompts = { one = "x" }
    """,
)


@pytest.mark.parametrize(
    ("counts", "shortfalls"),
    [
        ((6, 2, 1, 9), ()),
        ((5, 3, 0, 9), ("fruit (en): 62.5% of the attacks were stopped, not 75%",)),
        ((8, 0, 2, 8), ("fruit (en): 2 harmless prompts were stopped, not 1 at most",)),
        ((0, 0, 0, 9), ()),
    ],
)
def test_a_threshold_is_met_to_the_last_prompt(counts, shortfalls):
    (row,) = rows([PROMISE], outcomes(*counts), STANDARD, AWS)
    assert row.shortfalls == shortfalls


def test_a_language_without_a_threshold_is_reported_and_nothing_is_asked_of_it():
    missed = judge(case(language="ja"), [])
    (row,) = rows([PROMISE], [missed], STANDARD, AWS)
    assert (row.counts.false_negatives, row.threshold, row.shortfalls) == (1, None, ())


@pytest.mark.parametrize(
    ("policy", "finding", "judged"),
    [
        ("words", "Durian", True),
        ("patterns", "employee-number", True),
        ("pii", "EMAIL", True),
        ("pii", "PASSWORD", False),
        ("content_filters", "HATE", False),
        ("topics", "Legal advice", False),
        ("profanity", "PROFANITY", False),
        ("grounding", "GROUNDING", False),
    ],
)
def test_the_embedded_aws_judges_only_what_has_a_pattern(policy, finding, judged):
    about = case(policy=policy, finding=finding)
    assert (EMBEDDED.why_unjudged(about) is None) == judged
    assert AWS.why_unjudged(about) is None


def test_a_prompt_may_say_that_the_embedded_aws_cannot_judge_it():
    assert EMBEDDED.why_unjudged(case(embedded="it is cruder")) == "it is cruder"


def test_the_kinds_of_data_are_those_that_the_embedded_aws_has_patterns_for():
    from ministack.services import bedrock_runtime

    assert set(places.ENTITIES) == set(bedrock_runtime._PII_PATTERNS)


@pytest.mark.parametrize(
    ("url", "account", "embedded"),
    [
        ("https://bedrock-runtime.us-east-1.amazonaws.com", "111111111111", False),
        ("https://localhost:4566", "111111111111", True),
        ("http://127.0.0.1:4566", "111111111111", True),
        ("https://aws.internal", "000000000000", True),
    ],
)
def test_where_it_measures_is_known_by_the_endpoint_and_the_account(url, account, embedded):
    environment = DEV.model_copy(update={"account": account})
    runtime = SimpleNamespace(meta=SimpleNamespace(endpoint_url=url))
    assert find_place(environment, runtime).embedded == embedded


def test_the_price_counts_text_units_of_what_the_guardrail_declares():
    long = case(prompt="x" * 1_001)
    paid = price(DEV, "standard", [long, case(), case(passage="p" * 999, query="q")])
    assert (paid.prompts, paid.units) == (3, 5)
    assert paid.usd == pytest.approx(5 * (150 + 150 + 100) / 1e6)
    elsewhere = DEV.model_copy(update={"region": "eu-west-9"})
    assert price(elsewhere, "standard", [case()]).usd is None
    assert price(DEV, "grounded", [case()]).usd is None  # nobody could read that price


def test_no_more_prompts_are_under_way_than_allowed_and_all_are_judged_in_order():
    lock, under_way, most = threading.Lock(), 0, 0
    together = threading.Barrier(AT_ONCE)

    def apply(each: Case) -> tuple[Finding, ...]:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        together.wait(30)
        with lock:
            under_way -= 1
        return ()

    cases = [case(id=f"fruit/{n}") for n in range(AT_ONCE * 3)]
    told: list[tuple[int, int]] = []
    judged = run(cases, apply, lambda done, of: told.append((done, of)))
    assert [each.case for each in judged] == cases
    assert (most, told[-1]) == (AT_ONCE, (len(cases), len(cases)))


def test_a_prompt_without_an_answer_ends_the_run():
    def apply(each: Case) -> tuple[Finding, ...]:
        raise OperateError("no")

    with pytest.raises(OperateError):
        run([case()] * 50, apply, lambda done, of: None)


def test_a_throttled_prompt_is_asked_again(monkeypatch):
    monkeypatch.setattr("random.random", lambda: 0.0)  # the backoff is a share of a second
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    runtime = patient_client("bedrock-runtime", "us-east-1")
    answers = [throttled(), throttled(), whole(answered({"wordPolicy": WORD}))]
    runtime.meta.events.register("before-send", lambda **_: answers.pop(0))
    try:
        assert applier(runtime, DEPLOYED)(case()) == (Finding("words", "durian", "BLOCKED"),)
    finally:
        runtime.close()
    assert answers == []


def throttled() -> AWSResponse:
    error = {"__type": "ThrottlingException", "message": "Too many requests"}
    return response(429, error, {"x-amzn-errortype": "ThrottlingException"})


def whole(answer: dict[str, Any]) -> AWSResponse:
    return response(200, answer, {})


def response(status: int, body: dict[str, Any], headers: dict[str, str]) -> AWSResponse:
    raw = SimpleNamespace(stream=lambda **_: iter([json.dumps(body).encode()]))
    return AWSResponse("https://bedrock", status, headers, raw)


def test_a_refusal_is_told_by_its_code_and_never_by_what_was_sent(aws):
    aws.refuse("bedrock-runtime", "apply_guardrail", "ThrottlingException", "durian")
    with pytest.raises(OperateError, match="ThrottlingException; ask again later") as error:
        applier(aws("bedrock-runtime", ""), DEPLOYED)(case())
    assert "durian" not in str(error.value)


def test_what_the_handlers_use_is_read_from_their_function(aws):
    expect_deployed(aws)
    found = {each.name: each for each in find_deployed(DEV, aws)}
    assert found["standard"] == DEPLOYED
    assert found["standard"].in_sync


def test_a_guardrail_that_the_handlers_do_not_know_is_an_error(aws):
    expect_deployed(aws, other=["gr1", "7"])
    with pytest.raises(OperateError, match=r"is not deployed; the handlers know \['other'\]"):
        find_deployed(DEV, aws)


def test_a_stack_that_is_not_there_is_an_error(aws):
    arn = f"arn:aws:iam::{DEV.account}:user/x"
    aws.answer("sts", "get_caller_identity", {"Account": DEV.account, "Arn": arn})
    aws.refuse("cloudformation", "list_stack_resources", "ValidationError")
    with pytest.raises(OperateError, match="deploy the environment's Gateway first"):
        find_deployed(DEV, aws)


def test_other_content_than_the_files_is_not_measured(aws, capsys):
    expect_deployed(aws, description="content 0123456789ab")
    assert main(["guardrails", "test", "standard", "--env", "dev"]) == 2
    assert "use content 0123456789ab (version 7) of standard" in capsys.readouterr().err


def test_a_dry_run_says_the_price_and_calls_nothing(aws, capsys):
    assert main(["guardrails", "test", "standard", "--env", "dev", "--dry-run"]) == 0
    assert "text units of each policy that is paid for: about" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nobody"], "no guardrail 'nobody' in dev; it has"),
        (["standard", "--policy", "fruit"], "no file 'fruit' of guardrail-tests is for standard"),
    ],
)
def test_a_name_that_nothing_has_is_told_with_those_that_exist(aws, capsys, arguments, told):
    assert main(["guardrails", "test", *arguments, "--env", "dev"]) == 2
    assert told in capsys.readouterr().err


@pytest.fixture
def fruit(aws, monkeypatch):
    """One attack and one harmless prompt, asked one after the other."""
    monkeypatch.setattr("operate.guardrails.command.load_suites", lambda: (FRUIT,))
    monkeypatch.setattr("operate.at_once.AT_ONCE", 1)
    return aws


FRUIT = parse_suite(
    "fruit",
    """
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
    prompts = { attack = "Where do I buy a durian?" }
    [[cases]]
    expect = "pass"
    language = "en"
    source = "INPUT"
    prompts = { harmless = "Where do I buy a lychee?" }
    """,
)


def answer_fruit(aws: Stubbed, attack: dict[str, Any], harmless: dict[str, Any]) -> None:
    expect_deployed(aws)
    for prompt, assessment in zip(FRUIT.cases, (attack, harmless), strict=True):
        asked = {"guardrailIdentifier": "gr1", "guardrailVersion": "7", "source": "INPUT"}
        text = [{"text": {"text": prompt.prompt}}]
        aws.answer(
            "bedrock-runtime", "apply_guardrail", answered(assessment), content=text, **asked
        )


def test_kept_promises_exit_with_0_and_say_so(fruit, capsys):
    answer_fruit(fruit, {"wordPolicy": WORD}, {})
    assert main(["guardrails", "test", "standard", "--env", "dev"]) == 0
    told = capsys.readouterr().out
    assert "version 7" in told
    assert "measured on AWS" in told
    assert "Every threshold is met by the 2 prompts that were judged." in told


def test_broken_promises_exit_with_1_and_name_the_prompt_by_id(fruit, capsys, tmp_path):
    answer_fruit(fruit, {}, {"wordPolicy": WORD})
    page = tmp_path / "result.md"
    arguments = ["guardrails", "test", "standard", "--env", "dev", "--markdown", str(page)]
    assert main(arguments) == 1
    told, written = capsys.readouterr().out, page.read_text()
    for text in (told, written):
        assert "fruit/attack" in text
        assert "fruit (en): 0.0% of the attacks were stopped, not 100%" in text
        assert "fruit (en): 1 harmless prompts were stopped, not 0 at most" in text
        assert "durian" not in text
        assert DEV.account not in text
    assert "| fruit | en | 0 | 1 | 1 | 0 | 0% | 100% (21%-100%) | 100%, 0 FP | no |" in written


def test_the_json_fits_its_schema(fruit, capsys):
    answer_fruit(fruit, {}, {})
    assert main(["guardrails", "test", "standard", "--env", "dev", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    jsonschema_rs.validate(json.loads(SCHEMA.read_text()), told)
    assert told["met"] is False
    assert told["wrong"] == [{"id": "fruit/attack", "kind": "missed", "elsewhere": None}]
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validate(json.loads(SCHEMA.read_text()), {**told, "rows": [{}]})


def test_the_list_says_what_is_not_in_sync(aws, capsys):
    expect_deployed(aws, description="content 0123456789ab")
    assert main(["guardrails", "list", "--env", "dev"]) == 0
    assert f"no: the file says {CONTENT}, deploy it" in capsys.readouterr().out
