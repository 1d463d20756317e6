"""A gap beyond local-cloud.md: IAM is asked about a KMS key, and never about its alias."""

import pytest
from botocore.exceptions import ClientError

ALIAS = "alias/checked"
ASK = {"KeyId": ALIAS, "MacAlgorithm": "HMAC_SHA_256", "Message": b"x"}


@pytest.fixture(scope="module")
def key(cloud):
    """The ARN of a MAC key behind the alias."""
    kms = cloud.client("kms")
    made = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]
    kms.create_alias(AliasName=ALIAS, TargetKeyId=made["KeyId"])
    return made["Arn"]


def test_a_role_that_may_use_a_key_may_use_it_by_its_alias(cloud, key):
    role = cloud.role("mac-by-key", {"Action": "kms:GenerateMac", "Resource": key})
    assert len(cloud.client_as(role, "kms").generate_mac(**ASK)["Mac"]) == 32


def test_a_permission_on_the_alias_is_none_on_the_key(cloud, key):
    alias = key.rpartition(":")[0] + f":{ALIAS}"
    role = cloud.role("mac-by-alias", {"Action": "kms:GenerateMac", "Resource": alias})
    with pytest.raises(ClientError, match="AccessDeniedException"):
        cloud.client_as(role, "kms").generate_mac(**ASK)


def test_a_role_without_the_permission_gets_no_mac(cloud, key):
    role = cloud.role("no-mac", {"Action": "kms:VerifyMac", "Resource": key})
    with pytest.raises(ClientError, match="AccessDeniedException"):
        cloud.client_as(role, "kms").generate_mac(**ASK)
