"""What the restore drill says when a copy is not what the table was: a table that can be spoilt."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from operate.__main__ import main
from operate.drill import documents, tables
from operate.drill.command import Outcome
from operate.drill.rows import read
from operate.errors import OperateError

Items = dict[str, dict]


class Exists(Exception):
    pass


class Exceptions:
    TableAlreadyExistsException = Exists


class Tables:
    """As much of DynamoDB as the drill asks; `spoil` changes what a restore brings back."""

    exceptions = Exceptions

    def __init__(self, items: Items, spoil: Callable[[Items], None] = lambda _: None) -> None:
        self.tables = {"t": items}
        self.spoil = spoil
        self.recovery = "ENABLED"
        self.latest: Iterator[float] = iter(())
        self.asked_for: float | None = None

    def describe_table(self, TableName: str) -> dict:
        assert TableName in self.tables
        return {"Table": {"KeySchema": [{"AttributeName": "id"}], "TableStatus": "ACTIVE"}}

    def describe_continuous_backups(self, TableName: str) -> dict:
        latest = datetime.fromtimestamp(next(self.latest, 9e9), UTC)
        recovery = {
            "PointInTimeRecoveryStatus": self.recovery,
            "LatestRestorableDateTime": latest,
        }
        return {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": recovery}}

    def restore_table_to_point_in_time(
        self, SourceTableName: str, TargetTableName: str, RestoreDateTime: datetime
    ) -> None:
        if TargetTableName in self.tables:
            raise Exists
        self.asked_for = RestoreDateTime.timestamp()
        copy = {key: dict(item) for key, item in self.tables[SourceTableName].items()}
        self.spoil(copy)
        self.tables[TargetTableName] = copy

    def delete_table(self, TableName: str) -> None:
        del self.tables[TableName]

    def get_paginator(self, name: str) -> "Tables":
        assert name == "scan"
        return self

    def paginate(self, TableName: str, ConsistentRead: bool) -> Iterator[dict]:
        assert ConsistentRead
        items = list(self.tables[TableName].values())
        yield {"Items": items[:1]}
        yield {"Items": items[1:]}


class Time:
    """Sleeping costs no time; `meanwhile` happens during the first sleep."""

    def __init__(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.seconds, self.meanwhile = 1_000.5, meanwhile
        self.clock = tables.Clock(now=lambda: self.seconds, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.meanwhile()
        self.meanwhile = lambda: None


def rows(*ids: str) -> Items:
    return {id: {"id": {"S": id}, "spent": {"N": "1"}} for id in ids}


def drilled(dynamodb: Tables, time: Time | None = None) -> tables.Compared:
    found = tables.drill(dynamodb, "t", (time or Time()).clock)
    assert set(dynamodb.tables) == {"t"}  # the copy is gone, however it ended
    return found


def test_a_copy_that_is_alike_passes():
    found = drilled(Tables(rows("a", "b", "c")))
    assert (found.alike, found.passed) == (3, True)


def test_an_empty_table_passes():
    assert drilled(Tables({})).passed


def spent(id: str, amount: str) -> Callable[[Items], None]:
    return lambda items: items.update({id: {"id": {"S": id}, "spent": {"N": amount}}})


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (lambda copy: copy.pop("a"), "lost"),
        (spent("a", "2"), "changed"),
        (spent("d", "1"), "unknown"),
    ],
)
def test_a_copy_that_is_not_alike_fails_and_says_how(spoil, field):
    found = drilled(Tables(rows("a", "b", "c"), spoil))
    assert not found.passed
    assert getattr(found, field) == 1


def test_a_row_that_moves_meanwhile_is_not_judged():
    dynamodb = Tables(rows("a", "b"))
    found = drilled(dynamodb, Time(lambda: spent("a", "7")(dynamodb.tables["t"])))
    assert (found.alike, found.moving, found.passed) == (1, 1, True)


def test_the_moment_lies_between_the_two_readings():
    dynamodb, time = Tables(rows("a")), Time()
    drilled(dynamodb, time)
    assert 1_000.5 < dynamodb.asked_for < time.seconds


def test_a_moment_that_cannot_be_restored_yet_is_waited_for():
    dynamodb, time = Tables(rows("a")), Time()
    dynamodb.latest = iter([700.0, 990.0, 1_001.0])
    drilled(dynamodb, time)
    assert time.seconds == 1_002 + 2 * tables.PAUSE_SECONDS


def test_a_table_without_recovery_is_said_to_have_none():
    dynamodb = Tables(rows("a"))
    dynamodb.recovery = "DISABLED"
    with pytest.raises(OperateError, match="no point-in-time recovery"):
        drilled(dynamodb)


def test_another_drills_copy_is_left_alone():
    dynamodb = Tables(rows("a"))
    dynamodb.tables["t-drill"] = rows("theirs")
    with pytest.raises(OperateError, match="t-drill exists already"):
        tables.drill(dynamodb, "t", Time().clock)
    assert dynamodb.tables["t-drill"] == rows("theirs")


def test_a_hash_ignores_the_order_of_a_set_and_of_attributes():
    one = Tables({"a": {"id": {"S": "a"}, "set": {"SS": ["x", "y"]}, "bytes": {"B": b"\x00"}}})
    other = Tables({"a": {"bytes": {"B": b"\x00"}, "set": {"SS": ["y", "x"]}, "id": {"S": "a"}}})
    assert read(one, "t") == read(other, "t")


class Objects:
    """A bucket that keeps versions, or does not."""

    def __init__(self, versioned: bool = True) -> None:
        self.versioned = versioned
        self.versions: list[tuple[str, bytes | None]] = []

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> dict:
        self.versions.append((f"v{len(self.versions)}", Body))
        return {"VersionId": self.versions[-1][0]} if self.versioned else {}

    def delete_object(self, Bucket: str, Key: str, VersionId: str | None = None) -> None:
        if VersionId is None:
            self.versions.append((f"v{len(self.versions)}", None))
        else:
            self.versions = [each for each in self.versions if each[0] != VersionId]

    def copy_object(self, Bucket: str, Key: str, CopySource: dict) -> None:
        body = dict(self.versions)[CopySource["VersionId"]]
        self.versions.append((f"v{len(self.versions)}", body))

    def get_object(self, Bucket: str, Key: str) -> dict:
        body = self.versions[-1][1]
        return {"Body": type("Body", (), {"read": lambda _: body})()}

    def get_paginator(self, name: str) -> "Objects":
        return self

    def paginate(self, Bucket: str, Prefix: str) -> list[dict]:
        assert Prefix.startswith(documents.PREFIX)
        return [{"Versions": [{"VersionId": id} for id, _ in self.versions]}]


def test_a_deleted_document_comes_back_from_its_version_and_nothing_stays():
    objects = Objects()
    assert documents.drill(objects, "b") is True
    assert objects.versions == []


def test_a_bucket_without_versions_is_said_to_have_none():
    with pytest.raises(OperateError, match="keeps no versions"):
        documents.drill(Objects(versioned=False), "b")


def test_a_document_that_comes_back_otherwise_fails():
    objects = Objects()
    objects.copy_object = lambda **_: objects.put_object("b", "k", b"something else")
    assert documents.drill(objects, "b") is False


# The command


def outcome(lost: int) -> Outcome:
    compared = tables.Compared(
        table="strata-dev-keys", alike=9, lost=lost, changed=0, unknown=0, moving=2, seconds=600
    )
    return Outcome((compared,), documents=True)


@pytest.mark.parametrize(("lost", "status"), [(0, 0), (1, 1)])
def test_the_command_fails_if_anything_did_not_come_back(monkeypatch, capsys, lost, status):
    monkeypatch.setattr("operate.drill.command.restore_drill", lambda _: outcome(lost))
    assert main(["restore-drill", "--env", "dev"]) == status
    header, row, document = capsys.readouterr().out.splitlines()
    assert dict(zip(header.split(), row.split(), strict=True)) == {
        "table": "strata-dev-keys",
        "alike": "9",
        "lost": str(lost),
        "changed": "0",
        "unknown": "0",
        "moving": "2",
        "seconds": "600",
    }
    assert document.endswith("came back")


def test_the_command_tells_machines(monkeypatch, capsys):
    monkeypatch.setattr("operate.drill.command.restore_drill", lambda _: outcome(0))
    assert main(["restore-drill", "--env", "dev", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["passed"], told["documents"], told["tables"][0]["alike"]) == (True, True, 9)
