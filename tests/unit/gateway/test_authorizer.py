"""The authorizer: one key is one tenant, and everything else is 401."""

import time

import examples
import pytest
from scripted import ScriptedAws

from gateway import authorizer
from gateway.authorizer import Unauthorized, authorize, key_hash

KEY = "sk-strata-" + "a" * 43


def row(**attributes: dict[str, str]) -> ScriptedAws:
    return ScriptedAws({"GetItem": [{"Item": {"tenant": {"S": "demo"}, **attributes}}]})


def tenant_of(header: str, aws: ScriptedAws, name: str = "Authorization") -> str:
    return authorize({name: header}, settings=examples.settings(), upstream=aws)


def test_a_key_is_looked_up_by_its_hash_and_never_by_itself():
    aws = row()
    assert tenant_of(f"Bearer {KEY}", aws) == "demo"
    request = aws.requests("GetItem")[0]
    assert request == {"TableName": "strata-dev-keys", "Key": {"key_hash": {"S": key_hash(KEY)}}}
    assert KEY not in str(request)


@pytest.mark.parametrize("name", ["authorization", "AUTHORIZATION"])
def test_the_headers_case_does_not_matter(name):
    assert tenant_of(f"bearer {KEY}", row(), name) == "demo"


@pytest.mark.parametrize(
    "header",
    ["", KEY, "Bearer ", "Bearer sk-openai-1", f"Basic {KEY}", "Bearer sk-strata-é", "Bearer"],
)
def test_what_is_no_key_of_ours_is_refused_without_asking_the_table(header):
    with pytest.raises(Unauthorized, match=r"^Unauthorized$"):
        tenant_of(header, ScriptedAws({}))


def test_no_header_at_all_is_refused():
    with pytest.raises(Unauthorized):
        authorize({}, settings=examples.settings(), upstream=ScriptedAws({}))


def test_an_unknown_key_is_refused():
    with pytest.raises(Unauthorized):
        tenant_of(f"Bearer {KEY}", ScriptedAws({"GetItem": [{}]}))


def test_an_expired_key_is_refused():
    with pytest.raises(Unauthorized):
        tenant_of(f"Bearer {KEY}", row(expires_at={"N": str(int(time.time()) - 1)}))


def test_a_key_that_has_not_expired_is_taken():
    expires = {"N": str(int(time.time()) + 60)}
    assert tenant_of(f"Bearer {KEY}", row(expires_at=expires)) == "demo"


def test_a_key_of_a_tenant_that_left_the_environment_is_refused():
    with pytest.raises(Unauthorized):
        tenant_of(f"Bearer {KEY}", row(tenant={"S": "gone"}))


def test_the_policy_covers_the_whole_stage_so_that_one_answer_serves_every_route(monkeypatch):
    monkeypatch.setattr(authorizer, "settings", examples.settings)
    monkeypatch.setattr(authorizer, "client", row)
    event = examples.event("authorizer")
    event["headers"]["Authorization"] = f"Bearer {KEY}"
    policy = authorizer.handler(event, examples.Context())
    assert policy["context"] == {"tenant": "demo"}
    assert policy["policyDocument"]["Statement"] == [
        {
            "Action": "execute-api:Invoke",
            "Effect": "Allow",
            "Resource": "arn:aws:execute-api:us-east-1:111111111111:a1b2c3d4e5/api/*",
        }
    ]
