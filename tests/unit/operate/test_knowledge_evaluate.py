"""The command as it is run: on stubbed AWS calls, and an API of its own that answers over TLS."""

import json
import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, ClassVar

import jsonschema_rs
import pytest
import trustme

from config.load import load_environment
from config.questions import parse_questions
from operate.__main__ import main
from operate.api import asker, find_key
from operate.errors import OperateError
from operate.knowledge.answer_report import AnswerReport
from operate.knowledge.answers import answerer, judge_model
from operate.knowledge.as_json import SCHEMA
from tests.unit.operate.stubbed import Stubbed

DEV = load_environment("dev")
BASE = DEV.knowledge_bases["handbook"]
QUESTIONS = """
passages = 2
[thresholds.en]
recall = 1.0
mrr = 0.5
ndcg = 0.5
facts = 1.0
[[questions]]
id = "window"
language = "en"
question = "How long is the refund window?"
documents = ["returns.md"]
facts = [["34 days"]]
[[questions]]
id = "colour"
language = "en"
question = "Which colour is the sea?"
documents = []
facts = []
"""
RIGHT = ("returns.md", "The refund window is 34 days.")
WRONG = ("parking.md", "Cars have no place here.")


@pytest.fixture
def aws(monkeypatch) -> Iterator[Stubbed]:
    stubbed = Stubbed()
    monkeypatch.setattr("operate.knowledge.evaluate.boto3_client", stubbed)
    monkeypatch.setattr("operate.knowledge.evaluate.patient_client", stubbed)
    questions = parse_questions("handbook", QUESTIONS)
    monkeypatch.setattr("operate.knowledge.evaluate.load_questions", lambda base: questions)
    yield stubbed
    stubbed.close()


def expect_deployed(aws: Stubbed, content: str = BASE.content) -> None:
    arn = f"arn:aws:iam::{DEV.account}:user/x"
    aws.answer("sts", "get_caller_identity", {"Account": DEV.account, "Arn": arn})
    chat = {
        "LogicalResourceId": "ChatFunctionD42E891B",
        "PhysicalResourceId": "chat",
        "ResourceType": "AWS::Lambda::Function",
        "LastUpdatedTimestamp": "2026-11-24T00:00:00Z",
        "ResourceStatus": "CREATE_COMPLETE",
    }
    stack = {"StackName": "dev-Gateway"}
    aws.answer(
        "cloudformation", "list_stack_resources", {"StackResourceSummaries": [chat]}, **stack
    )
    told = {"STRATA_DEPLOYED": json.dumps({"knowledge_bases": {"handbook": "KB12345678"}})}
    answer = {"Environment": {"Variables": told}}
    aws.answer("lambda", "get_function_configuration", answer, FunctionName="chat")
    base = {
        "knowledgeBaseId": "KB12345678",
        "name": f"strata-dev-handbook-{content}",
        "knowledgeBaseArn": "arn:aws:bedrock:us-east-1:111111111111:knowledge-base/KB12345678",
        "roleArn": "arn:aws:iam::111111111111:role/x",
        "knowledgeBaseConfiguration": {"type": "VECTOR"},
        "status": "ACTIVE",
        "createdAt": 0,
        "updatedAt": 0,
    }
    asked = {"knowledgeBaseId": "KB12345678"}
    aws.answer("bedrock-agent", "get_knowledge_base", {"knowledgeBase": base}, **asked)


def expect_retrieved(aws: Stubbed, *passages: tuple[str, str]) -> None:
    results = [
        {
            "content": {"text": text},
            "location": {"type": "S3", "s3Location": {"uri": f"s3://documents/handbook/{name}"}},
            "score": 0.9,
        }
        for name, text in passages
    ]
    aws.answer(
        "bedrock-agent-runtime",
        "retrieve",
        {"retrievalResults": results},
        knowledgeBaseId="KB12345678",
        retrievalQuery={"text": "How long is the refund window?"},
        retrievalConfiguration={"vectorSearchConfiguration": {"numberOfResults": 2}},
    )


def evaluate(*arguments: str) -> int:
    return main(["knowledge", "evaluate", "handbook", "--env", "dev", *arguments])


def test_reached_thresholds_exit_with_0(aws, capsys):
    expect_deployed(aws)
    expect_retrieved(aws, RIGHT, WRONG)
    assert evaluate() == 0
    assert "Every threshold is reached." in capsys.readouterr().out


def test_a_missed_threshold_exits_with_1_and_names_metric_language_and_question(aws, capsys):
    expect_deployed(aws)
    expect_retrieved(aws, WRONG)
    assert evaluate() == 1
    out = capsys.readouterr().out
    assert "not reached: recall (en) is 0.000, not 1.000 at least" in out
    assert "missed: window (its document)" in out


def test_another_content_than_the_files_is_not_measured(aws, capsys):
    expect_deployed(aws, content="01234567")
    assert evaluate() == 2
    assert "the handlers ask content 01234567 of handbook" in capsys.readouterr().err


def test_a_dry_run_calls_nothing_and_says_what_it_would_cost(aws, capsys):
    assert evaluate("--dry-run") == 0
    assert "1 questions, about 8 tokens to embed" in capsys.readouterr().err


def test_a_baseline_shows_what_got_worse_by_question_and_by_metric(aws, capsys, tmp_path):
    expect_deployed(aws)
    expect_retrieved(aws, RIGHT)
    assert evaluate("--json") == 0
    before, page = tmp_path / "before.json", tmp_path / "page.md"
    before.write_text(capsys.readouterr().out)
    expect_deployed(aws)
    expect_retrieved(aws, WRONG, ("returns.md", "Something else."))
    assert evaluate("--baseline", str(before), "--markdown", str(page)) == 1
    assert "worse: window: rank 1 -> rank 2 without its facts" in capsys.readouterr().out
    assert "| en | mrr | 1.000 | 0.500 | -0.500 |" in page.read_text()
    assert "111111111111" not in page.read_text()


def test_the_json_with_and_without_answers_fits_its_schema(aws, capsys, monkeypatch):
    judge = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text(encoding="utf-8")))
    expect_deployed(aws)
    expect_retrieved(aws, RIGHT)
    assert evaluate("--json") == 0
    judge.validate(json.loads(capsys.readouterr().out))

    monkeypatch.setenv("STRATA_API_KEY", "sk-strata-x")
    monkeypatch.setattr(
        "operate.knowledge.evaluate.asker",
        lambda url, key: lambda alias, text: completion("The refund window is 34 days.", **CITED),
    )
    expect_deployed(aws)
    expect_retrieved(aws, RIGHT)
    asked = ("--answers", "docs-assistant", "--judge", "reasoning", "--base-url", "https://x/v1")
    assert evaluate("--json", *asked) == 0
    report = json.loads(capsys.readouterr().out)
    judge.validate(report)
    assert report["answers"]["facts"] == 1.0
    assert report["answers"]["undecided"] == 2


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"knowledge_base": "other", "rows": []}'])
def test_a_file_that_is_no_run_of_this_knowledge_base_is_no_baseline(aws, capsys, tmp_path, text):
    file = tmp_path / "before.json"
    file.write_text(text)
    assert evaluate("--baseline", str(file)) == 2
    assert str(file) in capsys.readouterr().err


def test_a_judge_without_answers_and_an_unknown_alias_are_refused_before_any_call(aws, capsys):
    assert evaluate("--judge", "reasoning") == 2
    assert evaluate("--answers", "nobody") == 2
    assert "no alias 'nobody' in dev" in capsys.readouterr().err


def test_answers_need_a_key_that_is_never_an_argument(aws, capsys, monkeypatch):
    monkeypatch.delenv("STRATA_API_KEY", raising=False)
    assert evaluate("--answers", "docs-assistant", "--base-url", "https://localhost/v1") == 2
    assert "give --key-file FILE, or set STRATA_API_KEY" in capsys.readouterr().err


def test_a_key_is_not_sent_in_the_clear(aws, capsys, monkeypatch):
    monkeypatch.setenv("STRATA_API_KEY", "sk-strata-x")
    assert evaluate("--answers", "docs-assistant", "--base-url", "http://localhost/v1") == 2
    assert "sk-strata-x" not in (err := capsys.readouterr().err)
    assert "is no https address" in err


ALIAS = DEV.aliases["docs-assistant"]


def completion(text: str, **strata: Any) -> dict[str, Any]:
    return {
        "model": ALIAS.targets[0].id,
        "choices": [{"message": {"content": text}}],
        "usage": {"prompt_tokens": 1_000, "completion_tokens": 100},
        "x_strata": strata,
    }


def answers(*said: Any, judge: Any = None) -> AnswerReport:
    """The report of these completions, one for each question."""
    questions = parse_questions("handbook", QUESTIONS).questions
    given = iter(said)
    answer = answerer(lambda alias, text: next(given), "docs-assistant", ALIAS, judge)
    found = tuple(map(answer, questions[: len(said)]))
    return AnswerReport("docs-assistant", None, found, None)


CITED = {"citations": [{"passage": RIGHT[1]}]}


def test_a_faithful_answer_holds_the_facts_and_says_what_its_passages_say():
    report = answers(completion("The refund window is 34 days.", **CITED))
    assert (report.facts, report.supported, report.wrongly_refused) == (1.0, 1.0, 0.0)
    assert report.usd is not None and report.usd > 0


def test_an_invented_sentence_is_not_supported():
    text = "The refund window is 34 days. Elephants pay everything twice."
    assert answers(completion(text, **CITED)).supported == 0.5


def test_a_marked_refusal_of_what_nothing_answers_counts_and_an_invention_does_not():
    whole = completion("The refund window is 34 days.", **CITED)
    assert answers(whole, completion("I cannot say.", refused=True)).refused == 1.0
    assert answers(whole, completion("It is blue.", **CITED)).refused == 0.0


@pytest.mark.parametrize(
    ("word", "judged"), [("Yes.", True), ("no", False), ("Well, it depends.", None)]
)
def test_a_judge_that_says_neither_yes_nor_no_is_counted_as_undecided(word, judged):
    judge = judge_model(lambda alias, prompt: completion(word), "reasoning")
    report = answers(completion("The refund window is 34 days.", **CITED), judge=judge)
    assert report.answers[0].judged is judged
    assert report.undecided == (judged is None)


def test_the_price_of_an_answer_by_a_model_that_the_alias_does_not_name_is_unknown():
    assert answers(completion("34 days", **CITED) | {"model": "another"}).usd is None


class Api(BaseHTTPRequestHandler):
    """Answers every question with the next of `answers`: a status, headers and a body."""

    answers: ClassVar[list[tuple[int, dict[str, str], bytes]]] = []
    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.asked.append((self.path, self.headers["authorization"]))
        status, headers, body = self.answers.pop(0)
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def api(tmp_path, monkeypatch) -> Iterator[tuple[type[Api], Any]]:
    """A server over TLS on this machine, and what asks it with a key."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("NO_PROXY", "localhost")
    monkeypatch.setattr("operate.api.time.sleep", lambda seconds: None)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    Api.answers, Api.asked = [], []
    with HTTPServer(("127.0.0.1", 0), Api) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield Api, asker(f"https://localhost:{server.server_port}/v1", "sk-strata-x")
        server.shutdown()
        thread.join()


def test_the_key_goes_to_the_api_and_its_answer_comes_back(api):
    server, ask = api
    server.answers = [(200, {}, json.dumps(completion("34 days")).encode())]
    assert ask("docs-assistant", "?")["choices"][0]["message"]["content"] == "34 days"
    assert server.asked == [("/v1/chat/completions", "Bearer sk-strata-x")]


def test_a_wrong_key_ends_the_run_with_the_status_and_not_with_the_key(api):
    server, ask = api
    server.answers = [(401, {}, b"sk-strata-x is unknown")]
    with pytest.raises(OperateError, match="status 401; is the key of this environment") as told:
        ask("docs-assistant", "?")
    assert "sk-strata-x" not in str(told.value)


def test_what_may_pass_is_asked_again_and_not_for_ever(api):
    server, ask = api
    server.answers = [(503, {}, b""), (429, {}, b""), (200, {}, b"{}")]
    assert ask("docs-assistant", "?") == {}
    server.answers = [(504, {}, b"")] * 9
    with pytest.raises(OperateError, match="status 504"):
        ask("docs-assistant", "?")
    assert len(server.answers) == 4


def test_a_redirect_takes_the_key_nowhere(api):
    server, ask = api
    server.answers = [(302, {"location": "/elsewhere"}, b""), (200, {}, b"{}")]
    with pytest.raises(OperateError, match="status 302"):
        ask("docs-assistant", "?")
    assert [path for path, _ in server.asked] == ["/v1/chat/completions"]


def test_an_answer_that_is_no_json_is_told(api):
    server, ask = api
    server.answers = [(200, {}, b"<html>")]
    with pytest.raises(OperateError, match="no answer that can be read: JSONDecodeError"):
        ask("docs-assistant", "?")


def test_a_key_of_two_lines_is_refused_and_not_shown(tmp_path):
    file = tmp_path / "key"
    file.write_text("sk-strata-x\nsk-strata-y\n")
    with pytest.raises(OperateError, match="one word of printable ASCII") as told:
        find_key(file)
    assert "sk-strata" not in str(told.value)
