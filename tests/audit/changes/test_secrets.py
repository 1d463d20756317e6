"""A6: fifty planted secrets are each found, and none of them is ever shown."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.audit.changes.audited import audited
from tests.audit.changes.edits import edited

# Assembled here so that no scanner of this repository takes them for real ones.
LETTERS = "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA3bC5dE7fG9hJ"
SHAPES = [
    "AKIA" + "IOSFODNN7EXAMPL2",
    "ASIA" + "QWERTYUIOPASDFG2",
    "ghp_" + LETTERS[:36],
    "github_pat_" + LETTERS[:40],
    "glpat-" + LETTERS[:20],
    "xoxb-" + "123456789012-" + LETTERS[:24],
    "https://hooks.slack.com/services/" + "T00000000/B00000000/" + LETTERS[:24],
    "sk_live_" + LETTERS[:24],
    "sk-ant-api03-" + LETTERS[:40],
    "sk-proj-" + LETTERS[:40],
    "AIza" + LETTERS[:35],
    "hf_" + LETTERS[:34],
    "npm_" + LETTERS[:36],
    "SG." + LETTERS[:22] + "." + LETTERS[:40],
    "ABSK" + LETTERS[:40],
    "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxIn0." + LETTERS[:30],
    "-----BEGIN " + "RSA PRIVATE KEY-----\n" + LETTERS + "\n-----END RSA PRIVATE KEY-----",
    "postgres://shop:" + "Tr0ub4dor3@db.example/orders",
    "wJalrXUtnFEMI/" + "K7MDENG/bPxRfiCYz9Q2W4E6R8",
]
NAMED = [
    "hunter2hunter2",
    "correct-horse-9",
    "S3cr3t!",
    "p4ssw0rd",
    "0123456789abcdef0123456789abcdef",
]


def variable(name: str, value: str) -> dict[str, Any]:
    return {"set": {f"Resize/Properties/Environment/Variables/{name}": value}}


PLACES: dict[str, Any] = {
    "variable": lambda value: variable("SETTING", value),
    "output": lambda value: {"set": {"^Outputs/Setting": {"Value": value}}},
}
NAMED_PLACES: dict[str, Any] = {
    "password": lambda value: variable("DB_PASSWORD", value),
    "container": lambda value: {
        "add": {
            "Task/Properties/ContainerDefinitions/0/Environment/-": {
                "Name": "API_TOKEN",
                "Value": value,
            }
        }
    },
    "user data": lambda value: {
        "add": {
            "Host": {
                "Type": "AWS::EC2::Instance",
                "Properties": {
                    "UserData": {"Fn::Base64": f"#!/bin/sh\nexport DB_PASSWORD='{value}'\n"}
                },
            }
        }
    },
}
PLANTED = [(place, each) for place in PLACES for each in SHAPES]
PLANTED += [(place, each) for place in NAMED_PLACES for each in NAMED]
# Beside those: in a policy, in a description, in metadata, in a parameter.
OTHERS = {
    "policy": {
        "set": {
            "TaskPolicy/Properties/PolicyDocument/Statement/1/Condition/StringEquals": {
                "aws:UserAgent": SHAPES[2]
            }
        }
    },
    "description": {"set": {"Resize/Properties/Description": f"uses {SHAPES[0]} for now"}},
    "metadata": {"set": {"Resize/Metadata": {"note": f"password={'Tr0ub4dor3x9'}"}}},
    "parameter": {"set": {"^Parameters/ApiToken": {"Type": "String", "Default": "Tr0ub4dor3x9"}}},
    "tag": {"set": {"Resize/Properties/Tags": [{"Key": "token", "Value": "Tr0ub4dor3x9"}]}},
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("base") / "service.json", original())


def original() -> Any:
    from tests.audit.changes.assemblies import raws

    return raws()["service"]


def write(path: Path, raw: Any) -> Path:
    path.write_text(json.dumps(raw, default=str))
    return path


def told(base: Path, folder: Path, edit: Any) -> Any:
    return audited(base, write(folder / "service.json", edited(original(), edit)))


@pytest.mark.parametrize(("place", "secret"), PLANTED)
def test_a_planted_secret_is_found_and_not_shown(base, tmp_path, place, secret):
    edit = (PLACES | NAMED_PLACES)[place](secret)
    found = told(base, tmp_path, edit)
    assert "secrets" in {each.category for each in found.result.findings}
    assert found.result.verdict != "PASS"
    for part in (secret, json.dumps(secret)[1:-1]):
        assert part not in found.all


@pytest.mark.parametrize("place", OTHERS)
def test_it_is_found_wherever_it_is(base, tmp_path, place):
    found = told(base, tmp_path, OTHERS[place])
    assert "secrets" in {each.category for each in found.result.findings}
    assert not [each for each in (*SHAPES, "Tr0ub4dor3x9") if each in found.all]


def test_there_are_fifty():
    assert len(PLANTED) + len(OTHERS) >= 50


INNOCENT = {
    "DB_PASSWORD_ARN": "arn:aws:secretsmanager:us-east-1:111122223333:secret:shop/db-AbCdEf",
    "SECRET_NAME": "shop/payment",
    "MAX_TOKENS": "4096",
    "TOKEN_ENDPOINT": "https://login.example/oauth2/token",
    "USER_POOL_ID": "us-east-1_AbCdEfGhI",
    "KEY_ID": "1234abcd-12ab-34cd-56ef-1234567890ab",
    "TABLE": "ShopDataStackOrdersTable8F3A2B1C-1ABCDEFGHIJKL",
    "SETTINGS": '{"secret_arn":"${Stack/Secret}","retries":3}',
    "PASSWORD": "{{resolve:ssm:/shop/not-a-secret:1}}",
}


@pytest.mark.parametrize("name", INNOCENT)
def test_what_is_no_secret_blocks_nothing(base, tmp_path, name):
    found = told(base, tmp_path, variable(name, INNOCENT[name]))
    assert found.result.verdict == "PASS", found.result.findings
