"""Closes gap 4 of local-cloud.md, the reading half: Retrieve searches by meaning.

The score is the cosine of question and chunk. Approximate: e5's scores lie closer together than
Titan's. What would only be made up (RetrieveAndGenerate, Rerank, GenerateQuery, OptimizePrompt,
reranking, hybrid search, a guardrail on Retrieve) is refused.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from ministack.services import bedrock_agent, bedrock_agent_runtime

from local.gaps.calls import Reply
from local.gaps.embeddings import embed
from local.gaps.knowledge_settings import embedding_model, index_arn
from local.gaps.permissions import Permission
from local.gaps.role_permissions import missing
from local.gaps.s3vectors_resources import find_index
from local.gaps.service_errors import ServiceError, not_emulated
from local.gaps.vector_store import Vector
from local.state import Home

Request = Mapping[str, Any]
MADE_UP = ("/retrieveAndGenerate", "/rerank", "/generateQuery", "/optimize-prompt")
# Kept beside a vector, and not part of what Retrieve calls metadata.
INTERNAL = ("AMAZON_BEDROCK_TEXT", "AMAZON_BEDROCK_METADATA")


# KnowledgeBaseQueryTextString in the service model.
LONGEST_QUERY = 20_000


def close(home: Home) -> None:
    """Answer Retrieve off the event loop, and refuse what is made up."""
    others = bedrock_agent_runtime.handle_request

    async def handle_request(
        method: str, path: str, headers: Any, body: bytes, *rest: Any
    ) -> Reply:
        found = bedrock_agent_runtime._RETRIEVE_RE.match(path)
        if found:
            return await asyncio.to_thread(_retrieve, found.group(1), json.loads(body), home)
        if path.startswith(MADE_UP):
            return not_emulated(path.strip("/"), "call Retrieve, then Converse.").reply
        reply: Reply = await others(method, path, headers, body, *rest)
        return reply

    bedrock_agent_runtime.handle_request = handle_request


def _retrieve(base_id: str, request: Request, home: Home) -> Reply:
    try:
        results = _search(base_id, request, home)
    except ServiceError as error:
        return error.reply
    headers = {"Content-Type": "application/json"}
    return 200, headers, json.dumps({"retrievalResults": results}).encode()


def _search(base_id: str, request: Request, home: Home) -> list[dict[str, Any]]:
    base = bedrock_agent._knowledge_bases.get(base_id)
    if base is None:
        text = f"Knowledge Base with id {base_id} does not exist"
        raise ServiceError("ResourceNotFoundException", text)
    settings = request.get("retrievalConfiguration", {}).get("vectorSearchConfiguration", {})
    _refuse_the_rest(request, settings)
    _check_role(base)
    index = find_index({"indexArn": index_arn(base)})
    question = embed(request["retrievalQuery"]["text"], "query", index.dimension, home.vectors)
    wanted = settings.get("filter")
    found = index.nearest(
        question,
        settings.get("numberOfResults", 5),
        lambda metadata: bedrock_agent_runtime._filter_matches(wanted, metadata),
    )
    return _once([_result(vector, 1.0 - distance) for vector, distance in found])


def _once(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Small chunks of one large one give it once, so fewer may come than were asked for."""
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for result in results:
        place = (result["location"]["s3Location"]["uri"], result["content"]["text"])
        first.setdefault(place, result)
    return list(first.values())


def _refuse_the_rest(request: Request, settings: Request) -> None:
    if not request["retrievalQuery"].get("text"):
        raise ServiceError("ValidationException", "The retrieval query's text is empty.")
    if len(request["retrievalQuery"]["text"]) > LONGEST_QUERY:
        text = f"1 validation error detected: the query has at most {LONGEST_QUERY} characters."
        raise ServiceError("ValidationException", text)
    if settings.get("overrideSearchType") == "HYBRID":
        text = "HYBRID search type is not supported for search operation on index with S3 Vectors."
        raise ServiceError("ValidationException", text)
    for name in ("rerankingConfiguration", "implicitFilterConfiguration"):
        if name in settings:
            raise not_emulated(name, "leave it out.")
    if "guardrailConfiguration" in request:
        raise not_emulated("A guardrail on Retrieve", "apply it in Converse.")


def _check_role(base: Request) -> None:
    # QueryVectors with metadata in its answer, or a filter, also needs GetVectors.
    needed = [Permission("bedrock:InvokeModel", embedding_model(base))]
    for action in ("QueryVectors", "GetVectors"):
        needed.append(Permission(f"s3vectors:{action}", index_arn(base)))
    for permission in needed:
        reason = missing(base["RoleArn"], permission)
        if reason:
            raise ServiceError("AccessDeniedException", reason)


def _result(vector: Vector, score: float) -> dict[str, Any]:
    metadata = {k: v for k, v in vector.metadata.items() if k not in INTERNAL}
    uri = metadata["x-amz-bedrock-kb-source-uri"]
    return {
        "content": {"type": "TEXT", "text": vector.metadata["AMAZON_BEDROCK_TEXT"]},
        "location": {"type": "S3", "s3Location": {"uri": uri}},
        "score": score,
        "metadata": {**metadata, "x-amz-bedrock-kb-chunk-id": vector.key},
    }
