"""`make stream-demo`: the Chat function under our loop, and its answer as it arrives.

Lambda's Runtime API, Bedrock and DynamoDB are fakes on loopback; the function is a process of its
own, started by `stream_wrapper` as on Lambda. The embedded AWS cannot stream, so this shows it.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import examples

from gateway import month
from tests.fakes.dynamodb import Dynamodb
from tests.runtime.fake_api import FakeApi
from tests.runtime.processes import Process, start, task_root
from tests.runtime.said import Invocation
from tests.runtime.slow_bedrock import SlowBedrock

WORDS = [
    "The",
    "refund",
    "window",
    "is",
    "thirty-four",
    "days,",
    "counted",
    "from",
    "the",
    "day",
    "the",
    "parcel",
    "came.",
]
TABLE = examples.DECLARED["usage_table"]


def main() -> int:
    show(pause_s=0.15)
    return 0


def show(pause_s: float) -> None:
    words = [WORDS[0], *(f" {word}" for word in WORDS[1:])]
    with (
        tempfile.TemporaryDirectory() as folder,
        SlowBedrock(words, pause_s) as bedrock,
        Dynamodb({TABLE: ("tenant", "month")}) as store,
        FakeApi() as api,
    ):
        process = start_chat(Path(folder), api, bedrock, store)
        try:
            show_tokens(api, bedrock)
            show_hang_up(api, bedrock)
        finally:
            process.stop()
        show_money(store)


def start_chat(folder: Path, api: FakeApi, bedrock: SlowBedrock, store: Dynamodb) -> Process:
    root = task_root(folder)
    (root / "settings.json").write_text(json.dumps(examples.DECLARED))
    environment = {
        "STRATA_DEPLOYED": json.dumps(examples.DEPLOYED),
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": bedrock.url,
        "AWS_ENDPOINT_URL_DYNAMODB": store.url,
    }
    process = start("gateway.chat.handler", api, root=root, environment=environment)
    print(f"The Chat function is ready {process.init_s() * 1000:.0f} ms after its start.")
    return process


def ask(api: FakeApi) -> Invocation:
    event = examples.event("chat")
    messages = [{"role": "user", "content": "How long is the refund window?"}]
    event["body"] = json.dumps({"model": "plain", "messages": messages, "stream": True})
    return api.invoke(event)


def tokens(said: Invocation) -> Iterator[tuple[float, str]]:
    """When each piece of text came, and what it is."""
    for chunk in said.arriving():
        for line in chunk.data.decode().splitlines():
            if line.startswith("data: {"):
                for choice in json.loads(line.removeprefix("data: "))["choices"]:
                    if text := choice["delta"].get("content"):
                        yield chunk.at, text


def show_tokens(api: FakeApi, bedrock: SlowBedrock) -> None:
    asked = time.perf_counter()
    late_ms = []
    for number, (at, text) in enumerate(tokens(said := ask(api))):
        late_ms.append((at - bedrock.said[number]) * 1000)
        print(f"{at - asked:7.3f} s  {text!r:15} {late_ms[-1]:5.1f} ms after Bedrock sent it")
    if not said.streamed.endswith(b"data: [DONE]\n\n"):
        raise SystemExit(f"no streamed answer, but {said.path}: {said.body!r}")
    print(
        f"Shown: {len(late_ms)} pieces of text, each sent on when it came and not at the end, "
        f"{max(late_ms):.1f} ms after Bedrock at most."
    )


def show_hang_up(api: FakeApi, bedrock: SlowBedrock) -> None:
    arriving = tokens(said := ask(api))
    for _ in range(3):
        next(arriving)
    said.hang_up()
    hung_up = time.perf_counter()
    api.wait_for_nexts(3)
    took_ms = (bedrock.gone - hung_up) * 1000
    print(
        f"Shown: the caller hangs up after 3 pieces; {took_ms:.0f} ms later Bedrock's stream ends."
    )


def show_money(store: Dynamodb) -> None:
    row = store.row(TABLE, "demo", month.name_of(time.time()))
    spent, committed = row["spent_micro_usd"], row["committed_micro_usd"]
    print(f"Shown: {spent} micro-dollars are spent, {committed - spent} are still reserved.")


if __name__ == "__main__":
    sys.exit(main())
