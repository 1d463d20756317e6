"""What an operator does with keys, with botocore checking what AWS is asked."""

import json
import re
import shlex
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.stub import ANY

from config.load import load_environment
from gateway import keys as gateway_keys
from operate.__main__ import _parser, main
from operate.errors import OperateError
from operate.keys.row import DAY_S, HOUR_S, Row, row_of
from operate.keys.store import KeyStore
from tests.unit.operate.stubbed import Seen, Stubbed

NOW = 1_795_000_000  # 2026-11-18T10:26:40Z
YEAR = 365 * DAY_S
TABLE = "strata-dev-keys"
ACCOUNT = load_environment("dev").account
ALICE = f"arn:aws:iam::{ACCOUNT}:user/platform/alice"
MAC = bytes(range(32))


@pytest.fixture
def aws(monkeypatch):
    stubbed = Stubbed()
    monkeypatch.setattr(
        "operate.keys.command.KeyStore", lambda environment: KeyStore(environment, stubbed)
    )
    monkeypatch.setattr("operate.keys.command.time", SimpleNamespace(time=lambda: NOW + 0.5))
    yield stubbed
    stubbed.close()


def row(id: str, **changed: Any) -> Row:
    whole = {
        "hash": f"hash-of-{id}",
        "id": id,
        "tenant": "demo",
        "created_at": NOW - 100 * DAY_S,
        "expires_at": NOW + 100 * DAY_S,
        "issued_by": "bob",
    }
    return Row(**{**whole, **changed})


def expect_caller(aws: Stubbed, arn: str = ALICE) -> None:
    aws.answer("sts", "get_caller_identity", {"Account": arn.split(":")[4], "Arn": arn})


def expect_list(aws: Stubbed, *rows: Row) -> None:
    """The rows come in two pages, as DynamoDB may cut them."""
    request = {
        "TableName": TABLE,
        "FilterExpression": "tenant = :tenant",
        "ExpressionAttributeValues": {":tenant": {"S": "demo"}},
        "ConsistentRead": True,
    }
    items = [item_of(each) for each in rows]
    at = {"key_hash": {"S": "x"}}
    aws.answer("dynamodb", "scan", {"Items": items[:1], "LastEvaluatedKey": at}, **request)
    aws.answer("dynamodb", "scan", {"Items": items[1:]}, ExclusiveStartKey=at, **request)


def item_of(row: Row) -> dict[str, Any]:
    revoked = {} if row.revoked_at is None else {"revoked_at": {"N": str(row.revoked_at)}}
    return {**row.as_item(), **revoked}


def expect_issue(
    aws: Stubbed, expires_at: int = NOW + YEAR, by: str = "alice", groups: Any = None
) -> Seen:
    """One key is made; what KMS is given of it."""
    message = Seen()
    aws.answer(
        "kms",
        "generate_mac",
        {"Mac": MAC},
        KeyId="alias/strata-dev-keys",
        MacAlgorithm="HMAC_SHA_256",
        Message=message,
    )
    expect_caller(aws)
    item = {
        "key_hash": {"S": MAC.hex()},
        "key_id": {"S": ANY},
        "tenant": {"S": "demo"},
        "created_at": {"N": str(NOW)},
        "expires_at": {"N": str(expires_at)},
        "issued_by": {"S": by},
        **({"groups": {"SS": groups}} if groups else {}),
    }
    unused = "attribute_not_exists(key_hash)"
    aws.answer("dynamodb", "put_item", {}, TableName=TABLE, Item=item, ConditionExpression=unused)
    return message


def expect_end(aws: Stubbed, row: Row, attribute: str, at: int) -> None:
    condition = {
        "expires_at": "expires_at > :time",
        "revoked_at": "attribute_not_exists(revoked_at)",
    }
    aws.answer(
        "dynamodb",
        "update_item",
        {},
        TableName=TABLE,
        Key={"key_hash": {"S": row.hash}},
        UpdateExpression=f"SET {attribute} = :time",
        ConditionExpression=f"attribute_exists(key_hash) AND {condition[attribute]}",
        ExpressionAttributeValues={":time": {"N": str(at)}},
    )


def run(capsys: Any, *arguments: str, status: int = 0) -> str:
    assert main(["keys", *arguments, "--env", "dev"]) == status
    told = capsys.readouterr()
    return str(told.err if status else told.out)


def test_an_issued_key_is_shown_first_and_alone_with_its_id_and_its_end_below(aws, capsys):
    expect_caller(aws)
    sent = expect_issue(aws)
    told = run(capsys, "issue", "demo")
    key, rest = told.split("\n", 1)
    assert key.encode() == sent.value
    assert "it ends at 2027-11-18T" in rest and key not in rest


def test_an_issued_key_is_one_that_the_authorizer_reads(aws, capsys):
    expect_caller(aws)
    expect_issue(aws)
    key = run(capsys, "issue", "demo").split("\n")[0]
    assert gateway_keys._KEY.fullmatch(key)


def test_a_key_may_be_asked_for_some_days(aws, capsys):
    expect_caller(aws)
    expect_issue(aws, expires_at=NOW + 7 * DAY_S)
    run(capsys, "issue", "demo", "--days", "7")


def test_a_key_may_be_issued_for_some_of_its_tenants_groups(aws, capsys):
    expect_caller(aws)
    expect_issue(aws, groups=["everyone", "staff"])
    told = run(capsys, "issue", "demo", "--groups", "staff,everyone")
    assert "It reads the documents of everyone, staff." in told


def test_a_key_is_never_issued_for_a_group_that_its_tenant_lacks(aws, capsys):
    expect_caller(aws)
    told = run(capsys, "issue", "demo", "--groups", "staff,board", status=2)
    assert "demo has no group ['board']" in told
    assert "['everyone', 'finance', 'staff']" in told


def test_a_rotation_keeps_the_groups(aws, capsys):
    good = row("good", groups=("staff",))
    expect_caller(aws)
    expect_list(aws, good)
    expect_issue(aws, groups=["staff"])
    expect_end(aws, good, "expires_at", NOW + 24 * HOUR_S)
    assert json.loads(run(capsys, "rotate", "demo", "--json"))["groups"] == ["staff"]


def test_a_rotation_does_not_guess_which_groups(aws, capsys):
    expect_caller(aws)
    expect_list(aws, row("narrow", groups=("staff",)), row("wide"))
    told = run(capsys, "rotate", "demo", status=2)
    assert "narrow: staff; wide: all its tenant's groups" in told and "--groups" in told


def test_the_groups_of_a_key_are_listed(aws, capsys):
    expect_caller(aws)
    expect_list(aws, row("narrow", groups=("finance", "staff")), row("wide"))
    told = run(capsys, "list", "demo")
    assert "finance, staff" in told and "all its tenant's groups" in told


def test_machines_read_the_key_in_json(aws, capsys):
    expect_caller(aws)
    sent = expect_issue(aws)
    told = json.loads(run(capsys, "issue", "demo", "--json"))
    assert told["key"].encode() == sent.value
    assert (told["tenant"], told["issued_by"], told["state"]) == ("demo", "alice", "active")
    assert MAC.hex() not in json.dumps(told)


def test_a_rotation_makes_a_key_and_lets_the_good_ones_end_after_a_day(aws, capsys):
    good, ended = row("good"), row("ended", expires_at=NOW - 1)
    gone = row("gone", revoked_at=NOW - DAY_S)
    expect_caller(aws)
    expect_list(aws, good, ended, gone)
    sent = expect_issue(aws)
    expect_end(aws, good, "expires_at", NOW + 24 * HOUR_S)
    told = json.loads(run(capsys, "rotate", "demo", "--json"))
    assert told["key"].encode() == sent.value
    assert [(each["id"], each["state"]) for each in told["others"]] == [("good", "expiring")]


def test_a_rotation_without_grace_ends_the_others_now(aws, capsys):
    good = row("good")
    expect_caller(aws)
    expect_list(aws, good)
    expect_issue(aws)
    expect_end(aws, good, "expires_at", NOW)
    told = run(capsys, "rotate", "demo", "--grace-hours", "0")
    assert "good  2026-11-18T" in told


def test_a_rotation_lengthens_no_life(aws, capsys):
    soon = row("soon", expires_at=NOW + HOUR_S)
    expect_caller(aws)
    expect_list(aws, soon)
    expect_issue(aws)
    aws.refuse("dynamodb", "update_item", "ConditionalCheckFailedException")
    (other,) = json.loads(run(capsys, "rotate", "demo", "--json"))["others"]
    assert other["expires_at"] == "2026-11-18T12:06:40Z"


def test_a_first_rotation_has_nothing_to_end(aws, capsys):
    expect_caller(aws)
    expect_list(aws)
    expect_issue(aws)
    assert "The tenant had no other key." in run(capsys, "rotate", "demo")


def test_one_key_is_revoked_by_its_id(aws, capsys):
    expect_caller(aws)
    expect_list(aws, row("a"), row("b"))
    expect_end(aws, row("b"), "revoked_at", NOW)
    told = run(capsys, "revoke", "demo", "--key", "b")
    assert told == "Revoked b, which the API knows of within 60 seconds.\n"


def test_all_keys_are_revoked_at_once_and_twice_is_no_error(aws, capsys):
    expect_caller(aws)
    expect_list(aws, row("a"), row("b", revoked_at=NOW - 1))
    expect_end(aws, row("a"), "revoked_at", NOW)
    aws.refuse("dynamodb", "update_item", "ConditionalCheckFailedException")
    told = json.loads(run(capsys, "revoke", "demo", "--all", "--json"))
    assert told == {"revoked": ["a", "b"]}


def test_an_id_that_is_not_the_tenants_revokes_nothing_and_names_those_that_are(aws, capsys):
    expect_caller(aws)
    expect_list(aws, row("a"), row("b"))
    told = run(capsys, "revoke", "demo", "--key", "c", status=2)
    assert "demo has no key 'c'; it has ['a', 'b']" in told


def test_what_is_listed_opens_nothing(aws, capsys):
    rows = [row("a"), row("b", expires_at=NOW), row("c", expires_at=NOW + DAY_S)]
    rows.append(row("d", revoked_at=NOW))
    expect_caller(aws)
    expect_list(aws, *rows)
    told = run(capsys, "list", "demo")
    heading, *lines = told.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["a", "active"],
        ["b", "expired"],
        ["c", "expiring"],
        ["d", "revoked"],
    ]
    assert heading.index("issued by") == lines[0].index("bob")
    assert "hash" not in told


def test_what_is_listed_for_machines_has_no_hash_either(aws, capsys):
    expect_caller(aws)
    expect_list(aws, row("a"))
    told = run(capsys, "list", "demo", "--json")
    (only,) = json.loads(told)["keys"]
    assert (only["id"], only["created_at"], only["revoked_at"]) == (
        "a",
        "2026-08-10T11:06:40Z",
        None,
    )
    assert "hash" not in told


@pytest.mark.parametrize("action", ["issue", "rotate", "list"])
def test_a_tenant_that_nobody_declared_is_refused_before_aws_is_asked(capsys, action):
    told = run(capsys, action, "stranger", status=2)
    assert told == "error: no tenant 'stranger' in dev; it declares ['demo']\n"


def test_credentials_of_another_account_are_refused(aws, capsys):
    expect_caller(aws, "arn:aws:iam::999999999999:user/x")
    told = run(capsys, "issue", "demo", status=2)
    assert "these credentials are of account 999999999999" in told


def test_a_refusal_names_the_permission_and_none_of_awss_own_words(aws, capsys):
    expect_caller(aws)
    aws.refuse("kms", "generate_mac", "AccessDeniedException", "arn:aws:kms:secret")
    told = run(capsys, "issue", "demo", status=2)
    assert "AWS refused kms:GenerateMac with AccessDeniedException" in told
    assert "docs/howto/issue-a-key.md" in told and "secret" not in told


def test_an_environment_that_is_not_deployed_is_told_as_such(aws, capsys):
    expect_caller(aws)
    aws.refuse("dynamodb", "scan", "ResourceNotFoundException")
    assert "deploy the environment's Foundation first" in run(capsys, "list", "demo", status=2)


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (ALICE, "alice"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/carol@example.com", "carol@example.com"),
        (f"arn:aws:iam::{ACCOUNT}:root", "root"),
    ],
)
def test_of_whoever_issues_a_key_the_name_is_kept_and_no_more_of_the_arn(arn, name):
    aws = Stubbed()
    expect_caller(aws)
    store = KeyStore(load_environment("dev"), aws)
    expect_caller(aws, arn)
    assert store._caller() == name
    aws.close()


@pytest.mark.parametrize(
    "wrong",
    [
        ["issue", "demo", "--env", "dev", "--days", "0"],
        ["issue", "demo", "--env", "dev", "--days", "1e3"],
        ["rotate", "demo", "--env", "dev", "--grace-hours", "-1"],
        ["rotate", "demo", "--env", "dev", "--grace-hours", "721"],
        ["revoke", "demo", "--env", "dev"],
        ["revoke", "demo", "--env", "dev", "--all", "--key", "a"],
        ["list", "demo"],
        ["list", "demo", "--env", "nowhere"],
        ["issue", "demo", "--env", "dev", "--groups", "staff,"],
    ],
)
def test_what_makes_no_sense_is_not_understood(wrong, capsys):
    with pytest.raises(SystemExit) as left:
        main(["keys", *wrong])
    assert left.value.code == 2
    assert "error:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, "active"),
        ({"expires_at": NOW + 14 * DAY_S + 1}, "active"),
        ({"expires_at": NOW + 14 * DAY_S}, "expiring"),
        ({"expires_at": NOW + 1}, "expiring"),
        ({"expires_at": NOW}, "expired"),
        ({"expires_at": NOW, "revoked_at": NOW}, "revoked"),
    ],
)
def test_a_keys_state_follows_from_its_times(changed, state):
    assert row("a", **changed).state(NOW) == state


def test_a_row_is_read_as_it_was_written():
    for each in (row("a"), row("b", revoked_at=NOW), row("c", groups=("finance", "staff"))):
        assert row_of(item_of(each)) == each


def test_a_row_does_not_show_its_hash():
    assert "hash" not in repr(row("a"))


def test_the_error_is_the_commands_own(aws):
    expect_caller(aws)
    aws.refuse("dynamodb", "scan", "ThrottlingException")
    store = KeyStore(load_environment("dev"), aws)
    with pytest.raises(OperateError, match="dynamodb:Scan with ThrottlingException"):
        store.of("demo")


HOWTO = Path(__file__).parents[3] / "docs" / "howto" / "issue-a-key.md"


@pytest.mark.parametrize("line", re.findall(r"^python -m operate (.+)$", HOWTO.read_text(), re.M))
def test_the_howtos_commands_are_understood(line):
    command, _, _ = line.partition("|")
    assert _parser().parse_args(shlex.split(command)).tenant == "demo"
