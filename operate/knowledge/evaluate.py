"""`python -m operate knowledge evaluate`: whether a knowledge base finds what it must."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from config.load import load_environment
from config.question_set import Question, QuestionSet
from config.questions import load_questions
from config.schema import Environment
from operate import handlers
from operate.api import Ask, asker, find_key
from operate.at_once import all_of, patient_client
from operate.errors import OperateError
from operate.knowledge import told
from operate.knowledge.answer_report import AnswerReport
from operate.knowledge.answers import answerer, judge_model
from operate.knowledge.as_json import as_json, read_run
from operate.knowledge.cost import query_cost
from operate.knowledge.deployed import HOWTO, declared_base, find_deployed
from operate.knowledge.difference import Difference, difference
from operate.knowledge.judge import judge
from operate.knowledge.passages import retriever
from operate.knowledge.report import Report, rows
from operate.place import is_embedded
from operate.preflight.account import boto3_client

EVERY = 20  # questions between two words of progress
AT_ONCE = 4  # answers: they take seconds, and tokens by the minute
EMBEDDED_AT_ONCE = 1  # one small model answers there, and whoever waits for it runs out of time


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--baseline", type=Path, metavar="FILE", help="show what changed since this `--json` run")
    add("--markdown", type=Path, metavar="FILE", help="append the result, for a pull request")
    add("--dry-run", action="store_true", help="say what it would cost, and call nothing")
    add("--answers", metavar="ALIAS", help="also ask this alias, and judge its answers")
    add("--judge", metavar="ALIAS", help="let this alias judge whether the answers are supported")
    add("--base-url", metavar="URL", help="of the API, with /v1 (default: the stack's output)")
    add("--key-file", type=Path, metavar="FILE", help="holds an API key (default: STRATA_API_KEY)")


def run(given: argparse.Namespace) -> int:
    """0 if every threshold is reached, 1 if not; raises OperateError if it cannot be measured."""
    environment, questions = load_environment(given.env), load_questions(given.base)
    cost = query_cost(declared_base(environment, given.base), _answered(questions))
    print(cost, file=sys.stderr)
    if given.dry_run:
        return 0
    before = read_run(given.baseline, given.base) if given.baseline else None
    answer = _answering(given, environment, questions)
    deployed = find_deployed(environment, given.base, boto3_client)
    runtime = patient_client("bedrock-agent-runtime", environment.region)
    retrieve = retriever(runtime, deployed, questions.passages)
    outcomes = all_of(
        _answered(questions), lambda each: judge(each, retrieve(each.question)), _progress, 1
    )
    embedded = is_embedded(environment, runtime)
    report = Report(
        deployed=deployed,
        environment=environment.name,
        embedded=embedded,
        passages=questions.passages,
        rows=tuple(rows(questions, outcomes)),
        outcomes=tuple(outcomes),
        cost=cost,
        answers=answer(EMBEDDED_AT_ONCE if embedded else AT_ONCE),
    )
    changed = None if before is None else difference(before, as_json(report))
    return _tell(report, given, changed)


def _answered(questions: QuestionSet) -> list[Question]:
    """What passages are measured by: the questions that have an answer."""
    return [each for each in questions.questions if each.has_answer]


def _answering(
    given: argparse.Namespace, environment: Environment, questions: QuestionSet
) -> Callable[[int], AnswerReport | None]:
    """Asks the alias later, so many at once, but finds now what would stop it."""
    if given.answers is None:
        if given.judge:
            raise OperateError("--judge judges answers: name whose with --answers ALIAS")
        return lambda at_once: None
    for alias in filter(None, (given.answers, given.judge)):
        if alias not in environment.aliases:
            declared = sorted(environment.aliases)
            raise OperateError(f"no alias {alias!r} in {environment.name}; it has {declared}")
    ask = _api(given, environment)
    judge = judge_model(ask, given.judge) if given.judge else None
    answer = answerer(ask, given.answers, environment.aliases[given.answers], judge)

    def answers(at_once: int) -> AnswerReport:
        found = all_of(questions.questions, answer, _progress, at_once)
        return AnswerReport(given.answers, given.judge, tuple(found), questions.answers)

    return answers


def _api(given: argparse.Namespace, environment: Environment) -> Ask:
    key = find_key(given.key_file)
    url = given.base_url or handlers.output(
        environment, boto3_client, "Gateway", "BaseUrl", howto=HOWTO
    )
    return asker(url, key)


def _tell(report: Report, given: argparse.Namespace, changed: Difference | None) -> int:
    if given.markdown:
        with given.markdown.open("a", encoding="utf-8") as file:
            file.write(told.markdown(report, changed))
    as_text = told.text(report, changed)
    print(json.dumps(as_json(report), indent=2) if given.json else as_text)
    return int(bool(report.shortfalls))


def _progress(done: int, of: int) -> None:
    if done % EVERY == 0:
        print(f"  {done} of {of}", file=sys.stderr)
