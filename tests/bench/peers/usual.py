"""The gateway that most teams write first: FastAPI, pydantic models, boto3 in the thread pool.

The same application runs under uvicorn and, for the cold start, under Mangum on Lambda. With
BENCH_LEDGER it holds a budget as ours does, with two updates of a DynamoDB table a request.
"""

import hmac
import json
import os
import time
import uuid
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import boto3
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from mangum import Mangum
from pydantic import BaseModel, Field

app = FastAPI()
bedrock = boto3.client("bedrock-runtime")
ledger = boto3.client("dynamodb") if "BENCH_LEDGER" in os.environ else None
bearer = HTTPBearer()


class Message(BaseModel):
    role: Literal["system", "user", "assistant"]
    content: str


class ChatRequest(BaseModel):
    model: str
    messages: list[Message] = Field(min_length=1)
    max_tokens: int = Field(default=256, ge=1, le=4096)
    temperature: float | None = Field(default=None, ge=0, le=1)
    stream: bool = False


class Choice(BaseModel):
    index: int = 0
    message: Message
    finish_reason: str


class Usage(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatCompletion(BaseModel):
    id: str
    object: str = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: Usage


def authenticated(given: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> None:
    if not hmac.compare_digest(given.credentials, os.environ["BENCH_KEY"]):
        raise HTTPException(401, "wrong key")


@app.post("/v1/chat/completions", dependencies=[Depends(authenticated)], response_model=None)
def chat(request: ChatRequest) -> ChatCompletion | StreamingResponse:
    if request.stream:
        return StreamingResponse(streamed(request), media_type="text/event-stream")
    reserved = reserve()
    answer = bedrock.converse(**converse(request))
    settle(reserved, answer["usage"])
    text = "".join(block.get("text", "") for block in answer["output"]["message"]["content"])
    return ChatCompletion(
        id=f"chatcmpl-{uuid.uuid4().hex}",
        created=int(time.time()),
        model=request.model,
        choices=[Choice(message=Message(role="assistant", content=text), finish_reason="stop")],
        usage=Usage(
            prompt_tokens=answer["usage"]["inputTokens"],
            completion_tokens=answer["usage"]["outputTokens"],
            total_tokens=answer["usage"]["totalTokens"],
        ),
    )


def converse(request: ChatRequest) -> dict[str, Any]:
    inference: dict[str, Any] = {"maxTokens": request.max_tokens}
    if request.temperature is not None:
        inference["temperature"] = request.temperature
    turns = [
        {"role": message.role, "content": [{"text": message.content}]}
        for message in request.messages
        if message.role != "system"
    ]
    system = [{"text": m.content} for m in request.messages if m.role == "system"]
    return {
        "modelId": request.model,
        "messages": turns,
        "system": system,
        "inferenceConfig": inference,
    }


def streamed(request: ChatRequest) -> Iterator[str]:
    head = {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": request.model,
    }
    reserved = reserve()
    for event in bedrock.converse_stream(**converse(request))["stream"]:
        if "metadata" in event:
            settle(reserved, event["metadata"]["usage"])
        elif "contentBlockDelta" in event:
            delta = {"content": event["contentBlockDelta"]["delta"].get("text", "")}
            yield chunk(head, delta)
        elif "messageStop" in event:
            yield chunk(head, {}, "stop")
    yield "data: [DONE]\n\n"


def reserve() -> int:
    """Fails with a ConditionalCheckFailedException when the budget is used up."""
    update("ADD committed :n", 100, ConditionExpression="NOT committed > :room")
    return 100


def settle(reserved: int, usage: dict[str, int]) -> None:
    update("ADD committed :n", usage["outputTokens"] - reserved)


def update(expression: str, amount: int, **condition: str) -> None:
    if ledger is None:
        return
    values = {":n": {"N": str(amount)}}
    if condition:
        values[":room"] = {"N": "999999999999"}
    ledger.update_item(
        TableName=os.environ["BENCH_LEDGER"],
        Key={"tenant": {"S": "bench"}, "month": {"S": time.strftime("%Y-%m")}},
        UpdateExpression=expression,
        ExpressionAttributeValues=values,
        **condition,
    )


def chunk(head: dict[str, Any], delta: dict[str, str], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return f"data: {json.dumps({**head, 'choices': [choice]})}\n\n"


handler = Mangum(app, lifespan="off")
