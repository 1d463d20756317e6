"""Destroying a platform leaves what must survive; a new deployment would find it by its name."""

import pytest

from config.load import load_environment
from local.deploy import deploy, destroy
from local.documents import SAMPLES
from local.processes import start, stop
from local.session import client
from local.state import Home
from local.up import deploy_platform

REGION = "us-east-1"
BUCKET = "strata-local-documents-000000000000-us-east-1"


@pytest.fixture(scope="module")
def destroyed(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("destroyed"))
    environment = load_environment("local")
    start(home)
    try:
        deploy_platform(home, environment)
        destroy(home, environment)
        yield home
    finally:
        stop(home)


def test_the_stacks_are_gone(destroyed):
    states = ["CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_FAILED"]
    with client(destroyed, "cloudformation", REGION) as cloudformation:
        stacks = cloudformation.list_stacks(StackStatusFilter=states)["StackSummaries"]
    assert [stack["StackName"] for stack in stacks] == ["CDKToolkit"]


def test_the_documents_are_all_there(destroyed):
    with client(destroyed, "s3", REGION) as s3:
        found = {each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
    assert found == {f"handbook/{path.name}" for path in (SAMPLES / "handbook").iterdir()}


def test_the_tables_are_there_with_their_rows(destroyed):
    with client(destroyed, "dynamodb", REGION) as dynamodb:
        rows = dynamodb.scan(TableName="strata-local-keys")["Items"]
    assert [row["tenant"]["S"] for row in rows] == ["demo"]


def test_nothing_answers_any_more(destroyed):
    with client(destroyed, "apigateway", REGION) as apigateway:
        assert apigateway.get_rest_apis()["items"] == []


def test_a_new_deployment_finds_the_stores_and_their_content(destroyed):
    environment = load_environment("local")
    deploy(destroyed, environment)
    with client(destroyed, "s3", REGION) as s3:
        assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] > 8
    with client(destroyed, "dynamodb", REGION) as dynamodb:
        assert len(dynamodb.scan(TableName="strata-local-keys")["Items"]) == 1
