"""The same request with the same key is answered once, and that answer is given again."""

from __future__ import annotations

import calendar
import json
import random

import examples
import pytest

from gateway import claim
from gateway.aws import AwsError, TimedOut, Unreachable
from gateway.edge import Reply, Stream
from gateway.errors import GatewayError, bad_gateway, invalid, throttled
from gateway.idempotency import once
from tests.fakes.memory import Memory
from tests.fakes.requests import request

SETTINGS = examples.settings()
TABLE = SETTINGS.answers_table
OURS = ("everyone",)
NOON = calendar.timegm((2026, 11, 22, 12, 0, 0))
DAY_S = 24 * 3600
REPLY = Reply({"id": "chatcmpl-1", "content": "34 days. ü 😀"}, {"x-strata-model": "m"})
CHUNKS = [b'data: {"a": 1}\n\n', b"data: [DONE]\n\n"]


class Clock:
    def __init__(self) -> None:
        self.now = float(NOON)

    def __call__(self) -> float:
        return self.now


class Route:
    """Counts how often it runs; answers each time with the next of its answers."""

    def __init__(self, *answers):
        self.runs = 0
        self._answers = list(answers) or [REPLY]

    def __call__(self):
        self.runs += 1
        answer = self._answers[min(self.runs, len(self._answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer() if callable(answer) else answer


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(claim, "_PAUSE_S", 0.0001)


@pytest.fixture
def store():
    return Memory()


@pytest.fixture
def clock():
    return Clock()


def asked(key="key-1", **fields):
    headers = {} if key is None else {"idempotency-key": key}
    return request(headers=headers, **fields)


def ask(store, clock, route, of=None):
    return once(of or asked(), route, settings=SETTINGS, upstream=store, clock=clock)


def refusal(store, clock, route, of=None):
    with pytest.raises(GatewayError) as refused:
        ask(store, clock, route, of)
    return refused.value


def stream(chunks=CHUNKS, headers=(("x-strata-model", "m"),)):
    return Stream((chunk for chunk in chunks), dict(headers))


def rows(store):
    return list(store.tables.rows[TABLE].values())


def test_without_a_key_nothing_is_asked_of_the_table(store, clock):
    route = Route()
    assert [ask(store, clock, route, asked(None)) for _ in range(2)] == [REPLY, REPLY]
    assert route.runs == 2
    assert store.calls == []


class TestAWholeAnswer:
    def test_is_given_again_to_the_same_request(self, store, clock):
        route = Route()
        first, again = (ask(store, clock, route) for _ in range(2))
        assert route.runs == 1
        assert json.dumps(again.body).encode() == json.dumps(first.body).encode()
        assert again.headers == {**first.headers, "idempotent-replayed": "true"}

    def test_that_is_given_again_is_told_of_in_the_log(self, store, clock):
        first, again = asked(), asked()
        for each in (first, again):
            ask(store, clock, Route(), each)
        assert "replayed" not in first.facts
        assert again.facts["replayed"] is True

    def test_is_given_again_for_a_day(self, store, clock):
        route = Route()
        ask(store, clock, route)
        clock.now += DAY_S - 1
        ask(store, clock, route)
        assert route.runs == 1
        clock.now += 1  # the row may be there for days yet
        ask(store, clock, route)
        assert route.runs == 2

    def test_expires_by_itself(self, store, clock):
        ask(store, clock, Route())
        assert rows(store)[0]["expires_at"] == {"N": str(NOON + DAY_S)}

    def test_is_stored_with_nothing_of_what_was_asked(self, store, clock):
        body = b'{"model": "plain", "messages": "a secret prompt"}'
        ask(store, clock, Route(), asked("a-secret-key", body=body))
        text = json.dumps([rows(store), [request for _, request in store.calls]])
        for secret in ("prompt", "a-secret-key", "plain", "messages"):
            assert secret not in text

    def test_too_large_to_be_kept_is_given_once(self, store, clock):
        noise = random.Random(1).randbytes(400_000).hex()
        route = Route(Reply({"content": noise}))
        assert ask(store, clock, route).body == {"content": noise}
        refused = refusal(store, clock, route)
        assert (refused.status, refused.code) == (409, "idempotency_conflict")
        assert "too large" in str(refused)
        assert route.runs == 1

    def test_of_a_megabyte_of_text_is_kept(self, store, clock):
        route = Route(Reply({"content": "All about refunds, at length. " * 40_000}))
        first, again = (ask(store, clock, route) for _ in range(2))
        assert again.body == first.body
        assert len(json.dumps(rows(store))) < 400_000


class TestAKey:
    def test_of_another_is_another_request(self, store, clock):
        route = Route()
        for key in ("a", "b", "A", "a "):
            ask(store, clock, route, asked(key))
        assert route.runs == 4

    def test_of_another_tenant_is_another_key(self, store, clock):
        route = Route()
        for tenant in ("demo", "other"):
            ask(store, clock, route, asked(tenant=tenant))
        assert route.runs == 2

    @pytest.mark.parametrize("other", [{"body": b"{} "}, {"route": "/v1/embeddings"}])
    def test_with_another_request_is_a_400(self, store, clock, other):
        route = Route()
        ask(store, clock, route)
        refused = refusal(store, clock, route, asked(**other))
        assert refused.status == 400
        assert refused.body["error"]["param"] == "Idempotency-Key"
        assert route.runs == 1

    @pytest.mark.parametrize("key", ["", "a" * 256, "é", "a\tb", "a\x00", "\x7f"])
    def test_must_be_printable_and_not_too_long(self, store, clock, key):
        route = Route()
        refused = refusal(store, clock, route, asked(key))
        assert refused.status == 400
        assert refused.body["error"]["param"] == "Idempotency-Key"
        assert route.runs == 0
        assert store.calls == []

    @pytest.mark.parametrize("key", ["a", "a" * 255, " ~!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}"])
    def test_may_be_any_printable_ascii(self, store, clock, key):
        assert ask(store, clock, Route(), asked(key)) == REPLY


class TestAFailure:
    @pytest.mark.parametrize(
        "error", [throttled(), bad_gateway(), invalid("model", "no"), KeyError()]
    )
    def test_is_not_kept(self, store, clock, error):
        route = Route(error, REPLY)
        with pytest.raises(type(error)):
            ask(store, clock, route)
        assert rows(store) == []
        assert ask(store, clock, route) == REPLY
        assert route.runs == 2

    def test_to_give_up_a_claim_keeps_others_waiting_only_for_its_lease(self, store, clock, capsys):
        route = Route(throttled(), REPLY)
        store.trouble = lambda operation, _: (
            (False, AwsError(500, "InternalServerError")) if operation == "DeleteItem" else None
        )
        with pytest.raises(GatewayError):
            ask(store, clock, route)
        assert json.loads(capsys.readouterr().out)["event"] == "claim not given up"
        assert refusal(store, clock, route, asked(left_s=0.01)).status == 409
        clock.now += 60
        assert ask(store, clock, route) == REPLY


class TestAStream:
    def test_is_given_again_as_it_was_sent(self, store, clock):
        route = Route(stream)
        assert list(ask(store, clock, route).chunks) == CHUNKS
        again = ask(store, clock, route)
        assert b"".join(again.chunks) == b"".join(CHUNKS)
        assert again.headers == {"x-strata-model": "m", "idempotent-replayed": "true"}
        assert route.runs == 1

    def test_is_sent_on_as_it_comes(self, store, clock):
        first = ask(store, clock, Route(stream)).chunks
        assert next(first) == CHUNKS[0]
        assert [row["state"] for row in rows(store)] == [{"S": "running"}]
        assert list(first) == CHUNKS[1:]

    def test_that_the_client_cut_off_is_not_kept(self, store, clock):
        ended = []

        def chunks():
            try:
                yield from CHUNKS
            finally:
                ended.append(True)

        route = Route(lambda: Stream(chunks()), stream)
        cut = ask(store, clock, route).chunks
        next(cut)
        cut.close()
        assert ended == [True]
        assert b"".join(ask(store, clock, route).chunks) == b"".join(CHUNKS)
        assert route.runs == 2

    def test_that_broke_is_not_kept(self, store, clock):
        def chunks():
            yield CHUNKS[0]
            raise throttled()

        route = Route(lambda: Stream(chunks()), stream)
        with pytest.raises(GatewayError):
            list(ask(store, clock, route).chunks)
        assert rows(store) == []

    @pytest.mark.parametrize(
        "facts", [{"outcome": "server_error"}, {"outcome": "cancelled"}, {"error.type": "timeout"}]
    )
    def test_that_ended_in_an_error_is_not_kept(self, store, clock, facts):
        of = asked()

        def chunks():
            yield CHUNKS[0]
            of.facts.update(facts)
            yield b'data: {"error": {}}\n\n'

        list(ask(store, clock, Route(lambda: Stream(chunks())), of).chunks)
        assert rows(store) == []

    def test_that_a_guardrail_blocked_is_kept(self, store, clock):
        of = asked()
        of.facts["outcome"] = "blocked"
        route = Route(stream)
        list(ask(store, clock, route, of).chunks)
        list(ask(store, clock, route).chunks)
        assert route.runs == 1


class TestWhileTheFirstIsRunning:
    def meanwhile(self, store, clock, other):
        """Runs `other` in the middle of the first request, whose answer is REPLY."""
        told = []

        def slow():
            told.append(other())
            return REPLY

        ask(store, clock, Route(slow))
        return told[0]

    def test_others_wait_until_their_time_is_up(self, store, clock):
        route = Route()
        refused = self.meanwhile(
            store, clock, lambda: refusal(store, clock, route, asked(left_s=0.05))
        )
        assert (refused.status, refused.code) == (409, "idempotency_conflict")
        assert refused.headers == {"retry-after": "1"}
        assert route.runs == 0

    def test_others_get_its_answer_once_it_is_there(self, store, clock):
        route = Route()
        reads = []

        def the_first_is_answered(operation, _):
            reads.append(operation)
            if reads.count("GetItem") == 4:
                reads.clear()
                ours.keep("whole", {}, json.dumps(REPLY.body).encode())

        ours = claim.Claim(asked(), "key-1", groups=OURS, table=TABLE, upstream=store, clock=clock)
        assert ours.earlier_answer() is None
        store.trouble = the_first_is_answered
        assert ask(store, clock, route).body == REPLY.body
        assert route.runs == 0

    def test_others_run_it_once_it_has_failed(self, store, clock):
        route = Route()
        reads = []

        def the_first_fails(operation, _):
            reads.append(operation)
            if reads.count("GetItem") == 4:
                reads.clear()
                ours.give_up()

        ours = claim.Claim(asked(), "key-1", groups=OURS, table=TABLE, upstream=store, clock=clock)
        assert ours.earlier_answer() is None
        store.trouble = the_first_fails
        assert ask(store, clock, route) == REPLY
        assert route.runs == 1

    def test_another_body_is_a_400_at_once(self, store, clock):
        refused = self.meanwhile(
            store, clock, lambda: refusal(store, clock, Route(), asked(body=b"[]"))
        )
        assert refused.status == 400

    def test_a_client_that_goes_away_waits_no_longer(self, store, clock):
        class Gone(Exception): ...

        def gone():
            raise Gone

        def other():
            with pytest.raises(Gone):
                ask(store, clock, Route(), asked()._replace(check_client=gone))

        self.meanwhile(store, clock, other)


class TestAnOwnerThatCrashed:
    def crash(self, store, clock, of=None):
        ours = claim.Claim(
            of or asked(), "key-1", groups=OURS, table=TABLE, upstream=store, clock=clock
        )
        assert ours.earlier_answer() is None
        return ours

    def test_is_followed_by_the_next_when_its_lease_is_over(self, store, clock):
        self.crash(store, clock, asked(left_s=10))
        clock.now += 13
        assert refusal(store, clock, Route(), asked(left_s=0.01)).status == 409
        clock.now += 3
        assert ask(store, clock, Route()) == REPLY

    def test_is_not_followed_by_another_request(self, store, clock):
        self.crash(store, clock)
        clock.now += 60
        assert refusal(store, clock, Route(), asked(body=b"[]")).status == 400

    def test_and_was_only_slow_does_not_undo_what_its_follower_did(self, store, clock):
        slow = self.crash(store, clock)
        clock.now += 60
        ask(store, clock, Route())
        before = rows(store)
        slow.keep("whole", {}, b'"late"')
        slow.give_up()
        assert rows(store) == before


def test_a_claim_that_was_made_twice_is_ours(store, clock):
    """The client sends a call again when the connection that it kept was dropped."""

    def first_time(operation, asked):
        store.trouble = lambda *_: None
        store.dynamodb(operation, asked, 0.0)

    store.trouble = first_time
    assert ask(store, clock, Route()) == REPLY


def test_a_request_that_comes_twice_with_its_id_is_still_two(store, clock):
    of = asked(left_s=0.05)

    def meanwhile():
        assert refusal(store, clock, Route(), of).status == 409
        return REPLY

    ask(store, clock, Route(meanwhile), of)


class TestATableThatDoesNotAnswer:
    @pytest.mark.parametrize(
        "failure",
        [
            AwsError(
                500, "InternalServerError", detail="arn:aws:dynamodb:us-east-1:111111111111:x"
            ),
            AwsError(400, "ThrottlingException"),
            Unreachable("the connection failed"),
            TimedOut("no answer in time"),
        ],
    )
    def test_closes_the_gate(self, store, clock, failure, capsys):
        route = Route()
        store.trouble = lambda *_: (False, failure)
        refused = refusal(store, clock, route)
        assert (refused.status, refused.code) == (503, "idempotency_unavailable")
        assert route.runs == 0
        line = capsys.readouterr().out
        assert json.loads(line)["event"] == "no claim"
        assert "arn:" not in line

    def test_at_the_end_does_not_withhold_the_answer(self, store, clock, capsys):
        def slow():
            store.trouble = lambda *_: (False, Unreachable("the connection failed"))
            return REPLY

        assert ask(store, clock, Route(slow)) == REPLY
        assert json.loads(capsys.readouterr().out)["event"] == "answer not kept"
