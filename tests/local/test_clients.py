"""The clients that application teams use, unmodified, against the deployed platform."""

import base64
import json
import os
import ssl
import struct
import subprocess
import sys
from pathlib import Path

import anthropic
import httpx
import httpx2
import openai
import pytest
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

QUESTION = "How long is the refund window?"
ASKED = [{"role": "user", "content": QUESTION}]
WEATHER = {
    "name": "weather",
    "description": "The weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}


@pytest.fixture
def trusted(platform):
    return ssl.create_default_context(cafile=platform.ca_file)


@pytest.fixture
def client(platform, trusted):
    with openai.OpenAI(
        base_url=platform.base_url,
        api_key=platform.api_key,
        max_retries=0,
        http_client=httpx2.Client(verify=trusted, trust_env=False),
    ) as made:
        yield made


@pytest.fixture
def claude(platform, trusted):
    with anthropic.Anthropic(
        base_url=platform.base_url.removesuffix("/v1"),
        api_key=platform.api_key,
        max_retries=0,
        http_client=httpx2.Client(verify=trusted, trust_env=False),
    ) as made:
        yield made


class TestOpenAI:
    def test_chat_streams(self, client):
        options = {"include_usage": True}
        with client.chat.completions.create(
            model="docs-assistant", messages=ASKED, stream=True, stream_options=options
        ) as stream:
            chunks = list(stream)
        text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        assert "34" in text
        assert chunks[-1].usage.completion_tokens > 0
        cited = next(chunk for chunk in chunks if "x_strata" in chunk.model_extra)
        document = cited.x_strata["citations"][0]["document"]
        assert document == "handbook/returns-and-refunds.md"

    def test_chat_offers_tools(self, client):
        tool = {"type": "function", "function": WEATHER}
        answer = client.chat.completions.create(model="chat-default", messages=ASKED, tools=[tool])
        assert answer.choices[0].finish_reason in ("stop", "length", "tool_calls")

    def test_chat_takes_a_tools_result(self, client):
        call = {
            "id": "call-1",
            "type": "function",
            "function": {"name": "weather", "arguments": '{"city": "Kyoto"}'},
        }
        said = [
            {"role": "user", "content": "How is the weather in Kyoto?"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call-1", "content": "Sunny, 21 degrees."},
        ]
        tool = {"type": "function", "function": WEATHER}
        answer = client.chat.completions.create(model="chat-default", messages=said, tools=[tool])
        assert answer.choices[0].message.content

    def test_embeddings_come_as_numbers_and_as_base64_alike(self, client):
        texts = ["How long is the refund window?", "代車の料金はいくらですか。"]
        one = client.embeddings.create(model="embed-default", input=texts, encoding_format="float")
        two = client.embeddings.create(
            model="embed-default", input=texts, encoding_format="base64", dimensions=1024
        )
        assert [each.index for each in one.data] == [0, 1]
        assert len(one.data[0].embedding) == 1024
        packed = base64.b64decode(two.data[0].embedding)
        assert struct.unpack("<1024f", packed) == pytest.approx(one.data[0].embedding, abs=1e-6)
        assert one.usage.prompt_tokens > 0

    def test_responses_answer_whole_and_streamed(self, client):
        whole = client.responses.create(model="chat-default", input="Say hello.")
        assert whole.status == "completed" and whole.output_text
        with client.responses.stream(model="chat-default", input="Say hello.") as stream:
            kinds = [event.type for event in stream]
            last = stream.get_final_response()
        assert kinds[0] == "response.created" and kinds[-1] == "response.completed"
        assert last.output_text == whole.output_text

    def test_models_are_listed_and_told_one_by_one(self, client):
        listed = [model.id for model in client.models.list()]
        assert client.models.retrieve(listed[0]).id == listed[0]
        with pytest.raises(openai.NotFoundError):
            client.models.retrieve("gpt-4o")

    def test_a_key_once_used_is_paid_for_once(self, client, platform, trusted):
        def ask() -> str:
            answer = client.chat.completions.create(
                model="chat-default",
                messages=[{"role": "user", "content": "Name a colour."}],
                extra_headers={"Idempotency-Key": "colour-1"},
            )
            return answer.id

        before = usage(platform, trusted)["requests"]
        assert ask() == ask()
        assert usage(platform, trusted)["requests"] == before + 1


def usage(platform, trusted) -> dict:
    with httpx2.Client(verify=trusted, trust_env=False) as http:
        told = http.get(
            f"{platform.base_url}/usage", headers={"authorization": f"Bearer {platform.api_key}"}
        )
    assert told.status_code == 200
    return told.json()


def test_the_usage_route_tells_the_tenants_month(client, platform, trusted):
    before = usage(platform, trusted)
    client.chat.completions.create(model="docs-assistant", messages=ASKED)
    after = usage(platform, trusted)
    assert after["requests"] == before["requests"] + 1
    assert after["spent_usd"] > before["spent_usd"]
    assert after["reserved_usd"] == 0
    assert after["remaining_usd"] == pytest.approx(after["budget_usd"] - after["spent_usd"])


class TestAnthropic:
    def test_messages_answer_whole(self, claude):
        message = claude.messages.create(model="docs-assistant", max_tokens=64, messages=ASKED)
        assert "34" in message.content[0].text
        assert message.usage.output_tokens > 0

    def test_messages_stream(self, claude):
        with claude.messages.stream(model="chat-default", max_tokens=32, messages=ASKED) as stream:
            text = "".join(stream.text_stream)
            last = stream.get_final_message()
        assert text and last.content[0].text == text
        assert last.stop_reason in ("end_turn", "max_tokens")

    def test_a_wrong_key_is_its_own_error(self, platform, trusted):
        with (
            anthropic.Anthropic(
                base_url=platform.base_url.removesuffix("/v1"),
                api_key="sk-strata-wrong",
                max_retries=0,
                http_client=httpx2.Client(verify=trusted, trust_env=False),
            ) as stranger,
            pytest.raises(anthropic.AuthenticationError),
        ):
            stranger.messages.create(model="chat-default", max_tokens=9, messages=ASKED)

    def test_an_unknown_alias_is_told_in_its_shape(self, claude):
        with pytest.raises(anthropic.NotFoundError) as told:
            claude.messages.create(model="claude-opus-4", max_tokens=9, messages=ASKED)
        assert told.value.body["error"]["type"] == "not_found_error"
        assert "chat-default" in told.value.body["error"]["message"]


class TestLangChain:
    @pytest.fixture
    def settings(self, platform, trusted):
        with httpx.Client(verify=trusted, trust_env=False) as http:
            yield {
                "base_url": platform.base_url,
                "api_key": platform.api_key,
                "max_retries": 0,
                "http_client": http,
            }

    def test_invokes_and_streams(self, settings):
        chat = ChatOpenAI(model="docs-assistant", **settings)
        assert "34" in chat.invoke(QUESTION).content
        assert "34" in "".join(piece.content for piece in chat.stream(QUESTION))

    def test_embeds(self, settings):
        embeddings = OpenAIEmbeddings(
            model="embed-default", check_embedding_ctx_length=False, chunk_size=64, **settings
        )
        assert len(embeddings.embed_query("refund")) == 1024


def test_the_llm_command_streams_an_answer(platform, tmp_path):
    models = {
        "model_id": "docs",
        "model_name": "docs-assistant",
        "api_base": platform.base_url,
        "api_key_name": "strata",
    }
    listed = [f"{'-' if i == 0 else ' '} {k}: {v}" for i, (k, v) in enumerate(models.items())]
    (tmp_path / "extra-openai-models.yaml").write_text("\n".join(listed) + "\n")
    (tmp_path / "keys.json").write_text(json.dumps({"strata": platform.api_key}))
    done = subprocess.run(
        [Path(sys.executable).with_name("llm"), "-m", "docs", QUESTION],
        env={
            **os.environ,
            "LLM_USER_PATH": str(tmp_path),
            # The plugin whose model file the local platform uses lacks its own dependencies here.
            "LLM_LOAD_PLUGINS": "",
            "SSL_CERT_FILE": str(platform.ca_file),
            "NO_PROXY": "localhost",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "34" in done.stdout
