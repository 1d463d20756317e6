"""Who is asked, with how much time, and what ends it: on a clock that only the script moves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import examples
import pytest
from scripted import ScriptedAws, converse_reply

from gateway.aws import AwsError, TimedOut, Unreachable, UpstreamFailure
from gateway.breaker import Breakers
from gateway.errors import GatewayError, invalid
from gateway.fallback import Chain

HI: dict[str, Any] = {"messages": [{"role": "user", "content": [{"text": "a secret"}]}]}
DOWN = AwsError(503, "ServiceUnavailableException", detail="arn:aws:bedrock:x")
THROTTLED = AwsError(429, "ThrottlingException", detail="arn:aws:bedrock:x")
YES = converse_reply("yes")
TOTAL_S = 28.0


class Target(NamedTuple):
    """What a chain looks at; the rest of a target is for `body_for`."""

    id: str
    arn: str


A, B, C = (Target(name, f"arn:{name}") for name in "ABC")


def lines(capsys: Any) -> list[dict[str, Any]]:
    """What the log was told, without what CloudWatch makes of it (test_observe.py)."""
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [{name: value for name, value in line.items() if name != "_aws"} for line in told]


class World:
    """A clock, the models' script, and one execution environment's memory."""

    def __init__(self, *replies: Any) -> None:
        self.now = 1_000.0
        self.paused: list[float] = []
        script = [self.hang if reply == "hang" else reply for reply in replies]
        self.aws = ScriptedAws({"Converse": script})
        self.breakers = Breakers(self.clock)

    def clock(self) -> float:
        return self.now

    def sleep(self, pause_s: float) -> None:
        self.paused.append(pause_s)
        self.now += pause_s

    def ask(self, *targets: Target, body_for: Any = lambda target: HI, left_s: float = TOTAL_S):
        request = examples.request(deadline=self.now + left_s)
        chain = Chain(
            request,
            body_for,
            upstream=self.aws,
            breakers=self.breakers,
            clock=self.clock,
            sleep=self.sleep,
        )
        return chain.first_answer(targets)[0].id

    def hang(self, _: Mapping[str, Any]) -> dict[str, Any]:
        """A reply that uses up whatever time the model was given."""
        self.now = self.aws.calls[-1].deadline
        raise TimedOut("no answer in time")

    def open(self, *targets: Target, error: Exception = DOWN) -> None:
        for one in targets:
            for _ in range(5):
                with pytest.raises(type(error)), self.breakers.of(one.id):
                    raise error

    def earn(self, requests: int) -> None:
        for _ in range(requests):
            self.breakers.of("A").retries.earn()

    @property
    def asked(self) -> str:
        return "".join(call.target.removeprefix("arn:") for call in self.aws.calls)

    @property
    def given_s(self) -> list[float]:
        return [call.deadline - 1_000.0 for call in self.aws.calls]


def test_the_first_answer_is_the_last_question():
    world = World(YES)
    assert (world.ask(A, B, C), world.asked) == ("A", "A")


def test_models_are_asked_in_order_and_once_each():
    world = World(DOWN, THROTTLED, Unreachable("broken"))
    with pytest.raises(Unreachable):
        world.ask(A, B, C)
    assert world.asked == "ABC"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 501])
def test_a_refusal_ends_it(status):
    world = World(AwsError(status, "Refused"))
    with pytest.raises(AwsError, match="Refused"):
        world.ask(A, B)
    assert world.asked == "A"


def test_each_model_but_the_last_has_half_of_what_is_left():
    world = World("hang", "hang", "hang")
    with pytest.raises(TimedOut):
        world.ask(A, B, C)
    assert world.given_s == [14, 21, 28]
    assert world.now == 1_000 + TOTAL_S


def test_a_model_that_hangs_leaves_time_for_the_next():
    world = World("hang", YES)
    assert world.ask(A, B) == "B"


def test_a_model_alone_has_all_the_time():
    world = World(YES)
    world.ask(A)
    assert world.given_s == [28]


def test_a_model_whose_fallback_is_left_alone_has_all_the_time():
    world = World(YES)
    world.open(B)
    world.ask(A, B)
    assert world.given_s == [28]


def test_a_model_that_is_left_alone_is_not_asked():
    world = World(YES)
    world.open(A)
    assert (world.ask(A, B), world.asked) == ("B", "B")


def test_each_model_gets_its_own_body():
    bodies = {name: {**HI, "inferenceConfig": {"maxTokens": n}} for n, name in enumerate("AB", 1)}
    world = World(DOWN, YES)
    world.ask(A, B, body_for=lambda target: bodies[target.id])
    assert world.aws.requests("Converse") == [bodies["A"], bodies["B"]]


def test_a_body_that_cannot_be_made_ends_it_and_is_not_held_against_the_model():
    def refuse(_: Target) -> Any:
        raise invalid("tools", "no")

    world = World(YES)
    for _ in range(6):
        with pytest.raises(GatewayError, match="no"):
            world.ask(A, B, body_for=refuse)
    assert world.ask(A, B) == "A"


def test_no_model_is_asked_when_no_time_is_left_and_none_is_blamed():
    world = World(YES)
    for _ in range(6):
        with pytest.raises(TimedOut):
            world.ask(A, left_s=0)
    assert world.asked == ""
    assert world.ask(A) == "A"


@pytest.mark.parametrize(("error", "status"), [(THROTTLED, 429), (DOWN, 502)])
def test_with_every_model_left_alone_it_ends_at_once_as_the_last_one_failed(error, status, capsys):
    world = World()
    world.open(A)
    world.open(B, error=error)
    with pytest.raises(GatewayError) as told:
        world.ask(A, B)
    assert (told.value.status, world.asked) == (status, "")
    shared = {"request_id": "r1", "event": "open", "environment": "dev", "CircuitOpen": 1}
    assert lines(capsys) == [{**shared, "model": "A"}, {**shared, "model": "B"}]


def test_a_model_that_is_passed_over_is_counted_though_another_one_answers(capsys):
    world = World(YES)
    world.open(A)
    assert world.ask(A, B) == "B"
    (told,) = lines(capsys)
    assert (told["event"], told["model"], told["CircuitOpen"]) == ("open", "A", 1)


def test_a_refusal_is_a_call_and_no_failure_of_the_model(capsys):
    world = World(AwsError(400, "ValidationException"))
    with pytest.raises(AwsError):
        world.ask(A)
    (told,) = lines(capsys)
    assert told["ModelCalls"] == 1
    assert "ModelFailures" not in told


def test_a_failed_attempt_is_one_line_without_the_prompt_or_aws_own_words(capsys):
    def slow(_: Mapping[str, Any]) -> dict[str, Any]:
        world.now += 1.5
        raise THROTTLED

    world = World(slow, Unreachable("broken", detail="10.0.0.1"), YES)
    world.ask(A, B, C)
    shared = {"request_id": "r1", "event": "attempt", "environment": "dev"}
    shared |= {"ModelCalls": 1, "ModelFailures": 1}
    assert lines(capsys) == [
        {
            **shared,
            "ModelThrottles": 1,
            "model": "A",
            "error": "AwsError",
            "code": "ThrottlingException",
            "elapsed_ms": 1500,
        },
        {**shared, "model": "B", "error": "Unreachable", "code": None, "elapsed_ms": 0},
    ]


def test_a_model_alone_is_asked_again_when_throttled_and_ten_requests_have_paid_for_it():
    world = World(THROTTLED, YES)
    world.earn(9)
    assert (world.ask(A), world.asked) == ("A", "AA")
    assert 0.5 <= world.paused[0] < 1


def test_it_is_asked_again_once():
    world = World(THROTTLED, THROTTLED)
    world.earn(50)
    with pytest.raises(AwsError):
        world.ask(A)
    assert world.asked == "AA"


@pytest.mark.parametrize("earned", [0, 8])
def test_a_model_alone_is_not_asked_again_on_credit(earned):
    world = World(THROTTLED)
    world.earn(earned)
    with pytest.raises(AwsError):
        world.ask(A)
    assert (world.asked, world.paused) == ("A", [])


@pytest.mark.parametrize("error", [DOWN, Unreachable("broken"), TimedOut("late")])
def test_only_throttling_is_asked_again(error):
    world = World(error)
    world.earn(50)
    with pytest.raises(UpstreamFailure):
        world.ask(A)
    assert world.asked == "A"


def test_it_is_not_asked_again_when_the_pause_would_outlast_the_request():
    world = World(THROTTLED)
    world.earn(50)
    with pytest.raises(AwsError):
        world.ask(A, left_s=0.5)
    assert (world.asked, world.paused) == ("A", [])


def test_it_is_not_asked_again_when_that_failure_opened_its_breaker():
    world = World(*[THROTTLED] * 5)
    for _ in range(5):
        with pytest.raises(AwsError):
            world.ask(A)
        world.earn(50 if world.asked == "AAAA" else 0)
    assert world.asked == "AAAAA"


def test_a_chain_is_never_asked_again():
    world = World(THROTTLED, THROTTLED)
    world.earn(50)
    with pytest.raises(AwsError):
        world.ask(A, B)
    assert world.asked == "AB"


HALF_ANSWERS: dict[str, dict[str, Any]] = {
    "empty": {},
    "no output": {**YES, "output": None},
    "no content": {**YES, "output": {"message": {}}},
    "content that is none": {**YES, "output": {"message": {"content": ["yes"]}}},
    "text that is none": {**YES, "output": {"message": {"content": [{"text": 7}]}}},
    "no stop reason": {**YES, "stopReason": None},
    "no usage": {**YES, "usage": {}},
    "usage that is none": {**YES, "usage": {"inputTokens": "10", "outputTokens": 5}},
}


@pytest.mark.parametrize("answer", HALF_ANSWERS)
def test_half_an_answer_is_an_outage(answer):
    world = World(lambda _: HALF_ANSWERS[answer], YES)
    assert world.ask(A, B) == "B"


def test_an_answer_without_text_is_whole():
    world = World(lambda _: {**YES, "output": {"message": {"content": [{"toolUse": {}}]}}})
    assert world.ask(A, B) == "A"
