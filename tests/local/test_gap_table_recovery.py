"""A table's point-in-time recovery follows its template."""

import pytest


def table(recoverable: bool) -> dict:
    properties = {
        "TableName": "recoverable",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": recoverable},
    }
    return {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": properties}}


@pytest.mark.parametrize(("recoverable", "status"), [(True, "ENABLED"), (False, "DISABLED")])
def test_recovery_is_as_the_template_says(cloud, recoverable, status):
    cloud.deploy("recoverable", table(recoverable))
    asked = cloud.client("dynamodb").describe_continuous_backups(TableName="recoverable")
    found = asked["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert found["PointInTimeRecoveryStatus"] == status
