"""The search route: what Bedrock is asked, what it costs, what a caller is told of failures."""

import json
from typing import Any

import examples
import pytest
from scripted import ScriptedAws
from test_chat import added
from verdicts import FINE, blocked, masked

from gateway import edge, search
from gateway.aws import AwsError
from gateway.settings import Settings, parse

FOUND = {"retrievalResults": [examples.passage("returns.md", "34 days.")]}
RERANKER = "arn:aws:bedrock:us-east-1::foundation-model/cohere.rerank-v3-5:0"
FILTER = {"equals": {"key": "year", "value": 2026}}
INVALID = AwsError(400, "ValidationException")


def settings(**base: Any) -> Settings:
    """A handbook that is otherwise than the example's."""
    handbook = {**examples.DECLARED["knowledge_bases"]["handbook"], **base}
    declared = {**examples.DECLARED, "knowledge_bases": {"handbook": handbook}}
    return parse(declared, examples.DEPLOYED)


def aws(*passages: Any, question: Any = FINE, shown: Any = (FINE,)) -> ScriptedAws:
    """Retrieve's answers, and the guardrail's on the question and on what was found."""
    replies = {"Retrieve": passages or [FOUND], "ApplyGuardrail": [question, *shown]}
    return ScriptedAws({**replies, "UpdateItem": [{}, {}]})


def ask(upstream: ScriptedAws, told: Settings | None = None, **fields: Any) -> tuple[int, Any]:
    event = {
        **examples.event("chat"),
        "resource": "/v1/knowledge/{name}/search",
        "pathParameters": {"name": "handbook"},
        "body": json.dumps({"query": "How long?", **fields}),
    }
    made = search.answer(event, examples.Context(), settings=told or settings(), upstream=upstream)
    return made.status, json.loads(edge.buffered(made)["body"])


def asked(upstream: ScriptedAws) -> tuple[str, dict[str, Any]]:
    """Which kind of search Retrieve was asked for, and how."""
    (request,) = upstream.requests("Retrieve")
    ((kind, given),) = request["retrievalConfiguration"].items()
    return kind, given


def spent(upstream: ScriptedAws) -> int:
    return int(added(upstream.requests("UpdateItem")[-1]).get("spent_micro_usd", 0))


def test_passages_are_told_best_first_and_nothing_of_where_they_are_kept():
    status, said = ask(aws())
    passage = {"document": "returns.md", "rank": 1, "score": 0.83, "passage": "34 days."}
    told = {"object": "knowledge.search", "knowledge_base": "handbook", "data": [passage]}
    assert (status, said) == (200, told)


class TestReranking:
    """Of what a search finds, four times as many are sorted as are told."""

    @pytest.mark.parametrize("managed", [False, True])
    @pytest.mark.parametrize(("top_k", "sorted"), [(1, 4), (5, 20), (25, 100), (50, 100)])
    def test_is_asked_of_the_declared_model_alone(self, managed, top_k, sorted):
        upstream = aws()
        told = settings(managed=managed, reranker=[RERANKER, 2_000])
        assert ask(upstream, told, rerank=True, top_k=top_k)[0] == 200
        kind, given = asked(upstream)
        assert kind == ("managedSearchConfiguration" if managed else "vectorSearchConfiguration")
        model = {"modelConfiguration": {"modelArn": RERANKER}, "numberOfRerankedResults": top_k}
        assert given == {
            "numberOfResults": sorted,
            "rerankingConfiguration": {
                "type": "BEDROCK_RERANKING_MODEL",
                "bedrockRerankingConfiguration": model,
            },
            **({"rerankingModelType": "CUSTOM"} if managed else {}),
        }

    @pytest.mark.parametrize("rerank", [{}, {"rerank": False}, {"rerank": None}])
    def test_is_not_asked_for_unless_the_caller_does(self, rerank):
        upstream = aws()
        ask(upstream, settings(reranker=[RERANKER, 2_000]), **rerank)
        assert asked(upstream)[1] == {"numberOfResults": 5}

    def test_is_paid_beside_the_questions_vector(self):
        with_, without = aws(), aws()
        told = settings(reranker=[RERANKER, 2_000])
        ask(with_, told, rerank=True), ask(without, told)
        assert (spent(with_), spent(without)) == (2_001, 1)

    def test_is_refused_where_no_model_is_declared_for_it(self):
        upstream = aws()
        status, said = ask(upstream, rerank=True)
        assert (status, said["error"]["param"]) == (400, "rerank")
        assert upstream.calls == []


class TestRefusedByAws:
    @pytest.mark.parametrize(("more", "param"), [({}, "query"), ({"filter": FILTER}, "filter")])
    def test_the_field_is_named_that_may_be_at_fault(self, more, param):
        status, said = ask(aws(INVALID), **more)
        assert (status, said["error"]["param"]) == (400, param)
        assert param in said["error"]["message"]

    def test_a_query_that_the_guardrail_does_not_take_is_no_filters_fault(self):
        status, said = ask(aws(question=INVALID), filter=FILTER)
        assert (status, said["error"]["param"]) == (400, "query")

    def test_passages_that_it_does_not_take_are_not_the_callers_fault(self):
        status, said = ask(aws(shown=[INVALID]))
        assert (status, said["error"]["param"]) == (502, None)

    def test_a_quota_is_a_429(self):
        assert ask(aws(AwsError(400, "ServiceQuotaExceededException")))[0] == 429


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"retrievalResults": None},
        {"retrievalResults": ["34 days."]},
        {"retrievalResults": [{"location": {}, "metadata": {}}]},
        {"retrievalResults": [{**FOUND["retrievalResults"][0], "metadata": None}]},
        {"retrievalResults": [{**FOUND["retrievalResults"][0], "location": "s3://a/b"}]},
        {"retrievalResults": [{**FOUND["retrievalResults"][0], "score": "high"}]},
    ],
)
def test_what_is_no_answer_of_retrieves_is_a_502_and_no_bug_of_ours(answer, capsys):
    status, said = ask(aws(lambda _: answer))
    assert (status, said["error"]["code"]) == (502, "bad_gateway")
    assert '"bug"' not in capsys.readouterr().out


class TestUnderItsGuardrail:
    def test_a_blocked_question_is_searched_nowhere(self):
        upstream = aws(question=blocked("Not here."))
        status, said = ask(upstream)
        assert (status, said["error"]["message"]) == (400, "Not here.")
        assert upstream.requests("Retrieve") == [] and spent(upstream) == 0

    def test_a_masked_question_is_searched_masked(self):
        upstream = aws(question=masked("Who is {NAME}?"))
        ask(upstream, query="Who is Jane?")
        assert upstream.requests("Retrieve")[0]["retrievalQuery"]["text"] == "Who is {NAME}?"

    def test_a_search_that_fails_after_it_was_made_is_paid(self):
        upstream = aws(shown=[AwsError(500, "InternalServerException")])
        assert ask(upstream, settings(reranker=[RERANKER, 2_000]), rerank=True)[0] == 502
        assert spent(upstream) == 2_001
