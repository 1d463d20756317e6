"""D4 on the embedded AWS: the drill's own commands, and a comparison that a spoilt copy fails."""

import functools
import json

import pytest

from config.load import load_environment
from operate.drill import tables
from operate.drill.command import restore_drill
from operate.drill.rows import read

ROWS = 300


@pytest.fixture
def clients(cloud):
    return lambda service, region: cloud.client(service, region=region)


def test_everything_of_the_platform_comes_back_and_nothing_is_left_of_the_drill(
    cloud, platform, clients
):
    before = cloud.client("dynamodb").list_tables()["TableNames"]
    outcome = restore_drill(load_environment("local"), clients)
    assert outcome.passed and outcome.documents
    names = {each.table.removeprefix("strata-local-"): each for each in outcome.tables}
    assert set(names) >= {"answers", "keys", "usage"}
    assert names["keys"].alike >= 1
    assert cloud.client("dynamodb").list_tables()["TableNames"] == before
    versions = cloud.client("s3").list_object_versions(
        Bucket="strata-local-documents-000000000000-us-east-1", Prefix="restore-drill/"
    )
    assert versions.get("Versions", []) == versions.get("DeleteMarkers", []) == []


@pytest.fixture
def table(cloud):
    dynamodb = cloud.client("dynamodb")
    dynamodb.create_table(
        TableName="drilled",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    recovery = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(
        TableName="drilled", PointInTimeRecoverySpecification=recovery
    )
    for n in range(ROWS):
        item = {
            "id": {"S": str(n)},
            "tags": {"SS": ["a", "b"]},
            "body": {"S": json.dumps({"n": n})},
        }
        dynamodb.put_item(TableName="drilled", Item=item)
    yield "drilled"
    dynamodb.delete_table(TableName="drilled")


def test_a_point_in_time_copy_has_the_rows_hash_by_hash(cloud, table):
    found = tables.drill(cloud.client("dynamodb"), table, tables.Clock())
    assert (found.alike, found.lost, found.changed, found.unknown) == (ROWS, 0, 0, 0)


def test_a_spoilt_copy_fails(cloud, table):
    dynamodb = cloud.client("dynamodb")
    spoilt = Spoiling(dynamodb)
    found = tables.drill(spoilt, table, tables.Clock())
    assert (found.passed, found.lost, found.changed) == (False, 1, 1)
    assert len(read(dynamodb, table)) == ROWS


class Spoiling:
    """The real client, but what it restores lacks one row and has another changed."""

    def __init__(self, dynamodb) -> None:
        self._dynamodb = dynamodb

    def __getattr__(self, name):
        return getattr(self._dynamodb, name)

    @functools.cached_property
    def restore_table_to_point_in_time(self):
        def restore(**asked):
            self._dynamodb.restore_table_to_point_in_time(**asked)
            copy = asked["TargetTableName"]
            self._dynamodb.delete_item(TableName=copy, Key={"id": {"S": "7"}})
            self._dynamodb.put_item(TableName=copy, Item={"id": {"S": "8"}, "tags": {"SS": ["a"]}})

        return restore
