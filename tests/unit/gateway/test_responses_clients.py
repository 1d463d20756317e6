"""A conversation of several turns: what a client has been given, it may give back unchanged."""

import json
from typing import Any

import converse_answers as answers
import httpx2
import openai
import pytest
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_openai import ChatOpenAI
from test_responses_whole import head

from gateway import responses
from gateway.grounds import Shown

USE = {"toolUseId": "tooluse_1", "name": "weather", "input": {"city": "Bern"}}
FIRST = answers.answer({"text": "Let me see."}, {"toolUse": USE}, stop="tool_use")
SECOND = answers.answer({"text": "12 degrees."})
TOOL = {
    "type": "function",
    "name": "weather",
    "description": "The weather in a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}
TURNS = [
    ("user", ["text"]),
    ("assistant", ["text"]),
    ("assistant", ["toolUse"]),
    ("tool", ["toolResult"]),
]


class Gateway:
    """Reads what comes, as the route does, and answers with what stands next in the script."""

    def __init__(self, *script: answers.Answer) -> None:
        self.asked: list[Any] = []
        self._script = list(script)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        responses.SHAPE.check("", body)
        self.asked.append(responses.parse(body))
        told = self._script.pop(0)
        if not self.asked[-1].stream:
            return httpx2.Response(200, json=responses.whole(head(), told, Shown()))
        says = responses.renderer(head())
        said = [says.start(), *map(says.delta, answers.deltas(told))]
        said.append(says.end(told["stopReason"], told["usage"], Shown()))
        sse = {"content-type": "text/event-stream"}
        return httpx2.Response(200, headers=sse, content=b"".join(said))

    @property
    def turns(self) -> list[tuple[str, list[str]]]:
        """Of the last request: the roles, and the kinds of their blocks."""
        return [
            (message.role, [next(iter(block)) for block in message.blocks])
            for message in self.asked[-1].messages
        ]


@pytest.fixture
def gateway():
    return Gateway(FIRST, SECOND)


@pytest.fixture
def client(gateway):
    http = httpx2.Client(transport=httpx2.MockTransport(gateway))
    with openai.OpenAI(
        api_key="sk-strata-x", base_url="http://localhost/v1", http_client=http, max_retries=0
    ) as client:
        yield client


def test_openais_client_gives_back_the_items_of_an_answer(gateway, client):
    items: list[Any] = [{"role": "user", "content": "How warm is it in Bern?"}]
    first = client.responses.create(model="m", input=items, tools=[TOOL])
    items += first.output
    call = first.output[-1]
    items.append({"type": "function_call_output", "call_id": call.call_id, "output": "12"})
    second = client.responses.create(model="m", input=items, tools=[TOOL])
    assert second.output_text == "12 degrees."
    assert gateway.turns == TURNS


@pytest.mark.parametrize("streaming", [False, True])
def test_langchain_gives_back_an_answer(gateway, client, streaming):
    chat = ChatOpenAI(
        model="m",
        api_key="sk-strata-x",
        root_client=client,
        client=client.chat.completions,
        use_responses_api=True,
        streaming=streaming,
        max_tokens=99,
        temperature=0,
    ).bind_tools([TOOL])
    said = [HumanMessage("How warm is it in Bern?")]
    first = chat.invoke(said)
    assert first.tool_calls[0]["args"] == {"city": "Bern"}
    second = chat.invoke([*said, first, ToolMessage("12", tool_call_id="tooluse_1")])
    assert second.text == "12 degrees."
    assert gateway.turns == TURNS
    assert gateway.asked[-1].max_tokens == 99
