"""Documents reach the index and leave it by themselves, through S3's events and our queue."""

import pytest

from tests.local.synced import BUCKET, Index, burst, failed, overlaps, samples

# A tenth of the number that `make soak` runs.
OBJECTS, FAILING_PERCENT = 100, 5


@pytest.fixture
def faults(platform, cloud):
    file = cloud.home.ingestion_faults
    file.write_text(str(FAILING_PERCENT))
    yield
    file.unlink()


def test_the_first_sync_made_the_index_equal_to_the_samples(platform, cloud):
    Index(cloud.client("bedrock-agent")).await_equal(samples())


def test_a_burst_of_changes_some_of_which_fail_once_ends_in_sync_and_is_undone(
    platform, cloud, faults
):
    jobs = burst(Index(cloud.client("bedrock-agent")), cloud.client("s3"), OBJECTS)
    assert failed(jobs) > 0
    assert overlaps(jobs) == 0
    assert len(jobs) < OBJECTS / 2


def test_a_deleted_document_that_is_restored_is_found_again(platform, cloud):
    index, s3 = Index(cloud.client("bedrock-agent")), cloud.client("s3")
    key = "handbook/delivery.md"
    deleted = s3.delete_object(Bucket=BUCKET, Key=key)
    index.await_equal(samples() - {key})
    s3.delete_object(Bucket=BUCKET, Key=key, VersionId=deleted["VersionId"])
    # Taking a delete marker away is no event of its own; writing the version anew is.
    versions = s3.list_object_versions(Bucket=BUCKET, Prefix=key)["Versions"]
    newest = next(v["VersionId"] for v in versions if v["Key"] == key and v["IsLatest"])
    source = {"Bucket": BUCKET, "Key": key, "VersionId": newest}
    s3.copy_object(Bucket=BUCKET, Key=key, CopySource=source, MetadataDirective="REPLACE")
    index.await_equal(samples())
