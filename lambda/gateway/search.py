"""`POST /v1/knowledge/{name}/search`: the passages of a knowledge base alone, no model asked."""

from __future__ import annotations

from gateway import edge, knowledge, readers, refused
from gateway.aws import client
from gateway.body import parse_object
from gateway.budget import Spending
from gateway.errors import blocked, invalid, no_knowledge_base
from gateway.filters import FILTER
from gateway.settings import settings
from gateway.shape import NOT_BLANK, Flag, Number, Object, Text
from gateway.verdict import judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gateway.aws import Upstream
    from gateway.edge import Answer, Reply, Request
    from gateway.knowledge import Passage, Search
    from gateway.settings import Alias, Guardrail, KnowledgeBase, Settings

# What a guardrail reads at once, and an answer of 6 MB holds, of the longest passages.
MOST_PASSAGES, _PASSAGES = 50, 5
_BY_THE_GUARDRAIL = "The guardrail refused the query: it may be too long for it."
# For the field that is at fault, of those which Retrieve is given.
_BY_THE_STORE = {
    "filter": "The search was refused: the documents' store may not take such a filter.",
    "query": "The search was refused: its query may be too long for the documents' model.",
}

SHAPE = Object(
    {
        "query": Text(
            shortest=1,
            longest=knowledge.LONGEST_QUESTION,
            pattern=NOT_BLANK,
            says=f"a text of 1 to {knowledge.LONGEST_QUESTION} characters that is not blank",
        ),
        "top_k": Number(1, MOST_PASSAGES, whole=True),
        "filter": FILTER,
        "rerank": Flag(),
    },
    required=("query",),
)


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    return edge.buffered(respond(event, context))


def respond(event: Mapping[str, Any], context: Any) -> Answer:
    return answer(event, context, settings=settings(), upstream=client())


def answer(
    event: Mapping[str, Any], context: Any, *, settings: Settings, upstream: Upstream
) -> Answer:
    """`respond` with everything that it holds on to between requests given to it."""

    def route(request: Request) -> Reply:
        return search(request, settings=settings, upstream=upstream)

    return edge.respond(event, context, route, settings=settings, once_with=upstream)


def search(request: Request, *, settings: Settings, upstream: Upstream) -> Reply:
    """The best passages that the caller may read; raises a GatewayError or an UpstreamFailure."""
    request.facts["gen_ai.operation.name"] = "retrieval"
    request.facts["gen_ai.provider.name"] = "aws.bedrock"
    fields = parse_object(request.body, max_bytes=settings.max_body_bytes)
    SHAPE.check("", fields)
    base, alias = _find(request, settings)
    asked = _asked(fields, base, readers.groups_of(request, settings))
    spending = Spending.reserve(request, _cost(asked), settings=settings, upstream=upstream)
    try:
        found = _found(asked, alias, request, spending, upstream)
    except BaseException:
        spending.release()
        raise
    spending.pay()
    data = [knowledge.as_json(passage) for passage in found]
    return edge.Reply({"object": "knowledge.search", "knowledge_base": base.name, "data": data})


def _find(request: Request, settings: Settings) -> tuple[KnowledgeBase, Alias]:
    """The knowledge base, and the first alias of the tenant's that answers from it: who may ask it
    may search it, under the same guardrail. Whether others have it, nobody is told."""
    own = [settings.aliases[name] for name in edge.tenant_of(request, settings).aliases]
    by_base = {each.knowledge_base.name: each for each in reversed(own) if each.knowledge_base}
    name = request.path["name"]
    if name not in by_base:
        raise no_knowledge_base(name, sorted(by_base))
    request.facts["knowledge_base"] = name
    return settings.knowledge_bases[name], by_base[name]


def _asked(fields: Mapping[str, Any], base: KnowledgeBase, groups: tuple[str, ...]) -> Search:
    rerank = bool(fields.get("rerank"))
    if rerank and base.reranker is None:
        raise invalid("rerank", "This knowledge base has no reranker: leave 'rerank' out.")
    most = int(fields.get("top_k") or _PASSAGES)
    return knowledge.Search(fields["query"], base, groups, most, fields.get("filter"), rerank)


def _cost(asked: Search) -> int:
    """What Bedrock charges for it at most, in micro-dollars."""
    reranker = asked.base.reranker
    extra = reranker.micro_usd if asked.rerank and reranker else 0
    return knowledge.query_micro_usd(asked.question, asked.base) + extra


def _found(
    asked: Search, alias: Alias, request: Request, spending: Spending, upstream: Upstream
) -> list[Passage]:
    """Both the question and the passages as the guardrail lets them pass."""
    guardrail, deadline = alias.guardrail, request.deadline
    asked = _guarded(asked, guardrail, request, upstream)
    param = "filter" if asked.wanted else "query"
    found = refused.by_name(
        lambda: knowledge.retrieve(asked, upstream, deadline), param, _BY_THE_STORE[param]
    )
    spending.add(_cost(asked))
    return knowledge.masked(found, guardrail, upstream, deadline)


def _guarded(
    asked: Search, guardrail: Guardrail | None, request: Request, upstream: Upstream
) -> Search:
    """The question as the guardrail masks it: Retrieve takes none itself."""
    verdict = refused.by_name(
        lambda: judge("INPUT", [asked.question], guardrail, upstream, request.deadline),
        "query",
        _BY_THE_GUARDRAIL,
    )
    if verdict is None:
        return asked
    if verdict.blocked:
        request.facts["outcome"] = "blocked"
        raise blocked("query", verdict.message)
    return asked._replace(question=verdict.message)
