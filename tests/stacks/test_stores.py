"""What is particular about a store; what holds for all of them is in test_retention.py."""

import pytest

from config.load import environment_names, load_environment
from operate.keys import store
from tests.accounts import PROD_ACCOUNT
from tests.stacks.assembly import plain, resources, template


def test_production_keeps_its_vectors_too():
    assert all(base.keep_vectors for base in load_environment("prod").knowledge_bases.values())


def test_tables_and_the_bucket_have_names_that_a_new_deployment_finds(assembly):
    tables = resources(template(assembly, "prod", "Foundation"), "AWS::DynamoDB::Table").values()
    assert {table["Properties"]["TableName"] for table in tables} == {
        "strata-prod-answers",
        "strata-prod-keys",
        "strata-prod-usage",
    }
    buckets = resources(template(assembly, "prod", "Knowledge"), "AWS::S3::Bucket").values()
    assert [bucket["Properties"]["BucketName"] for bucket in buckets] == [
        f"strata-prod-documents-{PROD_ACCOUNT}-us-east-1"
    ]


def test_old_answers_are_forgotten_and_nothing_else_is(assembly):
    tables = resources(template(assembly, "prod", "Foundation"), "AWS::DynamoDB::Table").values()
    assert {
        table["Properties"]["TableName"]: table["Properties"].get("TimeToLiveSpecification")
        for table in tables
    } == {
        "strata-prod-answers": {"AttributeName": "expires_at", "Enabled": True},
        "strata-prod-keys": None,
        "strata-prod-usage": None,
    }


@pytest.mark.parametrize("environment", environment_names())
def test_api_keys_are_hashed_by_a_kms_key_that_does_nothing_else(assembly, environment):
    keys = resources(template(assembly, environment, "Foundation"), "AWS::KMS::Key")
    (mac,) = (each["Properties"] for id, each in keys.items() if id.startswith("KeysMac"))
    assert (mac["KeySpec"], mac["KeyUsage"]) == ("HMAC_256", "GENERATE_VERIFY_MAC")
    assert mac["PendingWindowInDays"] == 30
    assert "EnableKeyRotation" not in mac  # KMS refuses it for these


@pytest.mark.parametrize("environment", environment_names())
def test_operators_find_the_keys_and_their_mac_by_the_names_that_they_are_made_with(
    assembly, environment
):
    foundation = template(assembly, environment, "Foundation")
    name = store.store_name(load_environment(environment))
    tables = resources(foundation, "AWS::DynamoDB::Table").values()
    assert name in {table["Properties"]["TableName"] for table in tables}
    aliases = resources(foundation, "AWS::KMS::Alias").values()
    (target,) = (
        alias["Properties"]["TargetKeyId"]
        for alias in aliases
        if alias["Properties"]["AliasName"] == f"alias/{name}"
    )
    assert plain(target).startswith("KeysMac")


def test_a_passages_text_stays_out_of_the_small_filterable_metadata(assembly):
    found = resources(template(assembly, "prod", "Gateway"), "AWS::S3Vectors::Index")
    (index,) = found.values()
    assert index["Properties"]["MetadataConfiguration"]["NonFilterableMetadataKeys"] == [
        "AMAZON_BEDROCK_TEXT",
        "AMAZON_BEDROCK_METADATA",
    ]


def test_an_edited_guardrail_publishes_a_new_version_and_keeps_the_old_one(tmp_path):
    from config.load import load_environment
    from tests.stacks.assembly import synthesize

    before = load_environment("dev")
    edited = before.guardrails["standard"].model_copy(update={"blocked_input": "No."})
    guardrails = {**before.guardrails, "standard": edited}
    after = before.model_copy(update={"guardrails": guardrails})
    versions = []
    for outdir, environment in ((tmp_path / "a", before), (tmp_path / "b", after)):
        synthesize(outdir, environment)
        gateway = template(outdir, "dev", "Gateway")
        versions.append(resources(gateway, "AWS::Bedrock::GuardrailVersion"))
    old, new = (set(each) for each in versions)
    assert len(old - new) == len(new - old) == 1
    assert {id.split("Version")[0] for id in old ^ new} == {"Guardrailsstandard"}
    assert all(each["DeletionPolicy"] == "Retain" for each in versions[0].values())
