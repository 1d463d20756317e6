"""The authorizer: one key is one tenant, and everything else is refused."""

import json

import examples
import pytest
from keyring import Keyring, bearer, effect, event

from gateway import authorizer, keys
from gateway.authorizer import Unauthorized
from gateway.aws import AwsError, TimedOut, Unreachable, UpstreamFailure

STAGE = "arn:aws:execute-api:us-east-1:111111111111:a1b2c3d4e5/api"
NEVER_ISSUED = "sk-strata-" + "n" * 43


@pytest.fixture
def ring():
    return Keyring("dev", {"demo": ("plain",), "other": ("other-teams",)})


def test_a_good_key_is_its_tenants(ring):
    policy = ring.ask(bearer(ring.issue("demo")))
    assert effect(policy) == "Allow"
    assert policy["context"] == {"tenant": "demo", "key_id": "id-of-demo", "groups": "*"}
    assert policy["principalId"] == "demo"


def test_a_key_is_looked_up_by_its_keyed_hash_and_read_as_it_is_now(ring):
    key, aws = ring.issue("demo"), ring.aws()
    ring.ask(bearer(key), aws)
    (request,) = aws.requests("GetItem")
    assert request == {
        "TableName": "strata-dev-keys",
        "Key": {"key_hash": {"S": ring.hash(key)}},
        "ConsistentRead": True,
    }


def test_the_key_itself_goes_to_kms_and_nowhere_else(ring):
    key, aws = ring.issue("demo"), ring.aws()
    ring.ask(bearer(key), aws)
    assert [call.operation for call in aws.calls if key in str(call.request)] == []
    assert [call.operation for call in aws.calls] == ["GenerateMac", "GetItem"]


@pytest.mark.parametrize("header", ["Bearer {}", "bearer {}", "BEARER   {}"])
def test_the_scheme_is_read_as_http_spells_it(ring, header):
    assert effect(ring.ask({"Authorization": header.format(ring.issue("demo"))})) == "Allow"


@pytest.mark.parametrize("name", ["x-api-key", "X-Api-Key", "X-API-KEY"])
def test_a_key_may_come_in_anthropics_header(ring, name):
    assert effect(ring.ask({name: ring.issue("demo")})) == "Allow"


def test_the_same_key_in_both_headers_is_one_key(ring):
    key = ring.issue("demo")
    assert effect(ring.ask({**bearer(key), "x-api-key": key})) == "Allow"


def test_an_event_without_lists_of_values_is_read_as_well(ring):
    asked = event(bearer(ring.issue("demo")))
    del asked["multiValueHeaders"]
    policy = authorizer.authorize(asked, settings=ring.settings, upstream=ring.aws())
    assert effect(policy) == "Allow"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer {one}", "x-api-key": "{two}"},
        {"Authorization": "Bearer {one}", "x-api-key": "x"},
        {"Authorization": "Basic eDp4", "x-api-key": "{one}"},
        {"Authorization": ["Bearer {one}", "Bearer {one}"]},
        {"Authorization": ["Bearer {one}", "Bearer {one}"], "x-api-key": "{one}"},
        {"Authorization": "Bearer {one}", "authorization": "Bearer {two}"},
        {"x-api-key": ["{one}", "{two}"]},
    ],
)
def test_headers_that_contradict_each_other_are_refused_and_that_is_not_remembered(ring, headers):
    known = {"one": ring.issue("demo"), "two": ring.issue("other")}
    filled = {
        name: [one.format(**known) for one in ([value] if isinstance(value, str) else value)]
        for name, value in headers.items()
    }
    aws = ring.aws()
    with pytest.raises(Unauthorized, match=r"^Unauthorized$"):
        ring.ask(filled, aws)
    assert aws.calls == []


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Bearer ",
        NEVER_ISSUED,
        f"Basic {NEVER_ISSUED}",
        f"Bearer {NEVER_ISSUED}x",
        f"Bearer {NEVER_ISSUED[:-1]}",
        f"Bearer {NEVER_ISSUED[:-1]}é",
        f"Bearer {NEVER_ISSUED}\n",
        f"Bearer {NEVER_ISSUED[:-1]}\x00",
        f"Bearer\t{NEVER_ISSUED}",
        f"Bearer {NEVER_ISSUED}, Bearer {NEVER_ISSUED}",
        f"Bearer {NEVER_ISSUED.upper()}",
        "Bearer sk-openai-" + "n" * 43,
        "Bearer sk-strata-" + "n" * 10_000,
    ],
)
def test_what_is_no_key_of_ours_is_refused_without_asking_anybody(ring, value):
    aws = ring.aws()
    assert effect(ring.ask({"Authorization": value}, aws)) == "Deny"
    assert aws.calls == []


def test_a_request_without_a_key_is_refused(ring):
    assert effect(ring.ask({})) == "Deny"


REFUSALS = {
    "unknown": {},
    "expired": {"lasts_s": 0},
    "revoked": {"revoked_at": {"N": "1"}},
    "no such tenant": {"tenant": "gone"},
}


def refuse(ring: Keyring, reason: str) -> str:
    """Ask with a key that is refused for that reason; the key."""
    how = {"tenant": "demo", **REFUSALS[reason]}
    key = NEVER_ISSUED if reason == "unknown" else ring.issue(**how)
    assert effect(ring.ask(bearer(key))) == "Deny"
    return key


@pytest.mark.parametrize("reason", REFUSALS)
def test_a_key_that_is_no_longer_good_is_refused_and_the_log_says_why(ring, reason, capsys):
    refuse(ring, reason)
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["reason"]) == ("refused", reason)
    assert line["request_id"] == "6f1f6f0e-2f5c-4a2b-9d5c-0c9f3f1f7b11"
    assert (line["key_id"] is None) == (reason == "unknown")


@pytest.mark.parametrize("reason", REFUSALS)
def test_no_log_holds_a_key_or_its_hash(ring, reason, capsys):
    key = refuse(ring, reason)
    told = "".join(capsys.readouterr())
    assert key not in told and key[10:20] not in told
    assert ring.hash(key) not in told


def test_a_refusal_names_no_tenant_and_covers_the_whole_stage_like_a_grant(ring):
    refused, granted = ring.ask({}), ring.ask(bearer(ring.issue("demo")))
    assert refused["context"] == {"tenant": "-", "key_id": "-", "groups": ""}
    for policy in (refused, granted):
        (statement,) = policy["policyDocument"]["Statement"]
        assert statement["Action"] == "execute-api:Invoke"
        assert statement["Resource"] == f"{STAGE}/*"


@pytest.mark.parametrize(
    "failure",
    [
        AwsError(400, "AccessDeniedException", detail="arn:aws:kms:us-east-1:111111111111:key/k"),
        AwsError(503, "ServiceUnavailable"),
        TimedOut("no answer in time"),
        Unreachable("the connection failed"),
    ],
)
@pytest.mark.parametrize("operation", ["GenerateMac", "GetItem"])
def test_while_kms_or_the_table_is_down_nobody_gets_in_and_nobody_is_told_off(
    ring, operation, failure
):
    key = ring.issue("demo")
    with pytest.raises(UpstreamFailure) as told:
        ring.ask(bearer(key), ring.aws(**{operation: [failure]}))
    assert "Unauthorized" not in str(told.value)
    assert key not in str(told.value) and "arn:" not in str(told.value)


@pytest.mark.parametrize("lacking", ["tenant", "key_id", "expires_at"])
def test_a_row_that_is_not_whole_lets_nobody_in(ring, lacking):
    key = ring.issue("demo")
    del ring.row(key)[lacking]
    with pytest.raises(KeyError):
        ring.ask(bearer(key))


def test_a_row_of_another_key_lets_nobody_in(ring):
    key, other = ring.issue("demo"), ring.issue("other")
    aws = ring.aws(GetItem=[{"Item": ring.row(other)}])
    assert effect(ring.ask(bearer(key), aws)) == "Deny"


def test_hashes_are_compared_in_constant_time(ring, monkeypatch):
    compared = []
    compare = keys.hmac.compare_digest
    monkeypatch.setattr(
        keys.hmac, "compare_digest", lambda a, b: compared.append((a, b)) or compare(a, b)
    )
    key = ring.issue("demo")
    ring.ask(bearer(key))
    assert (ring.hash(key), ring.hash(key)) in compared


def test_the_function_asks_with_its_own_settings_and_its_own_client(ring, monkeypatch):
    monkeypatch.setattr(authorizer, "settings", lambda: ring.settings)
    monkeypatch.setattr(authorizer, "client", ring.aws)
    policy = authorizer.handler(event(bearer(ring.issue("demo"))), examples.Context())
    assert policy["context"]["tenant"] == "demo"


def test_the_embedded_aws_gives_no_request_id_and_that_is_no_error(ring, capsys):
    asked = event({})
    del asked["requestContext"]["requestId"]
    policy = authorizer.authorize(asked, settings=ring.settings, upstream=ring.aws())
    assert effect(policy) == "Deny"
    assert json.loads(capsys.readouterr().out)["request_id"] == ""


def test_where_api_gateway_asks_each_time_a_grant_is_remembered_for_a_minute(ring, monkeypatch):
    now = [1_000.0]
    monkeypatch.setattr(authorizer, "_granted", {})
    monkeypatch.setattr(authorizer, "_clock", lambda: now[0])
    key = ring.issue("demo", lasts_s=3_600)
    for at, asked in ((0, 1), (59, 0), (61, 1)):
        now[0], aws = 1_000.0 + at, ring.aws()
        policy = ring.ask({"x-api-key": key}, aws, resource="/v1/messages")
        assert effect(policy) == "Allow"
        assert len(aws.requests("GenerateMac")) == asked


def test_a_refusal_is_never_remembered_there(ring, monkeypatch):
    monkeypatch.setattr(authorizer, "_granted", {})
    for _ in range(2):
        aws = ring.aws()
        policy = ring.ask({"x-api-key": NEVER_ISSUED}, aws, resource="/v1/messages")
        assert effect(policy) == "Deny"
        assert len(aws.requests("GenerateMac")) == 1
    assert authorizer._granted == {}
