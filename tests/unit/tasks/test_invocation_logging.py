"""Every branch of turning invocation logging on and giving back, checked by botocore's shapes."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from tasks.custom_resource import Failed
from tasks.invocation_log import InvocationLog, configuration, writes_where
from tasks.invocation_logging import Saved, give_back, turn_on
from tests.unit.tasks.account import JumpingClock

NAMES = {"log_group": "ours", "role": "arn:aws:iam::123456789012:role/ours", "prefix": "p"}
OURS = configuration(**NAMES, bucket="our-bucket", deliver=frozenset())
THEIRS = {
    "s3Config": {"bucketName": "their-bucket", "keyPrefix": "logs"},
    "textDataDeliveryEnabled": True,
}
KEPT = {"Bucket": "our-bucket", "Key": "saved"}


@dataclass
class Scene:
    """What AWS will be asked, in this order, and what it will answer."""

    bedrock: Stubber
    s3: Stubber
    log: InvocationLog
    saved: Saved
    clock: JumpingClock

    def now(self, found: object) -> None:
        answer = {"loggingConfig": found} if found else {}
        self.bedrock.add_response("get_model_invocation_logging_configuration", answer, {})

    def put(self, wanted: object) -> None:
        name = "put_model_invocation_logging_configuration"
        self.bedrock.add_response(name, {}, {"loggingConfig": wanted})

    def put_refused(self, code: str) -> None:
        name = "put_model_invocation_logging_configuration"
        self.bedrock.add_client_error(name, code, "account 123456789012 says no")

    def cleared(self) -> None:
        self.bedrock.add_response("delete_model_invocation_logging_configuration", {}, {})

    def keeps(self, found: object) -> None:
        self.s3.add_response("put_object", {}, {**KEPT, "Body": json.dumps(found).encode()})

    def recalls(self, found: object) -> None:
        body = json.dumps(found).encode()
        stream = StreamingBody(io.BytesIO(body), len(body))
        self.s3.add_response("get_object", {"Body": stream}, KEPT)


@pytest.fixture
def scene() -> Iterator[Scene]:
    secrets = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    bedrock = boto3.client("bedrock", region_name="us-east-1", **secrets)
    s3 = boto3.client("s3", region_name="us-east-1", **secrets)
    clock = JumpingClock()
    with Stubber(bedrock) as asked, Stubber(s3) as stored:
        log, saved = InvocationLog(bedrock, clock.clock), Saved(s3, "our-bucket", "saved")
        yield Scene(asked, stored, log, saved, clock)
        asked.assert_no_pending_responses()
        stored.assert_no_pending_responses()
    bedrock.close()
    s3.close()


def test_everything_is_switched_off_by_name_unless_it_is_delivered():
    flags = {name: on for name, on in OURS.items() if name.endswith("Enabled")}
    assert len(flags) == 5 and not any(flags.values())
    some = configuration(**NAMES, bucket="b", deliver=frozenset({"text"}))
    assert [name for name, on in some.items() if on is True] == ["textDataDeliveryEnabled"]


@pytest.mark.parametrize("found", [None, THEIRS])
def test_what_was_there_is_kept_before_ours_is_put(scene, found):
    scene.now(found)
    scene.keeps(found)
    scene.put(OURS)
    turn_on(scene.log, scene.saved, OURS, first=True)


def test_an_update_keeps_what_was_kept_first(scene):
    scene.put(OURS)
    turn_on(scene.log, scene.saved, OURS, first=False)


def test_a_creation_that_is_tried_again_does_not_keep_ours_as_what_was_before(scene):
    scene.now(OURS)
    scene.put(OURS)
    turn_on(scene.log, scene.saved, OURS, first=True)


def test_nothing_is_put_when_what_was_there_cannot_be_kept(scene):
    scene.now(THEIRS)
    scene.s3.add_client_error("put_object", "AccessDenied", "arn:aws:s3:::our-bucket")
    with pytest.raises(Failed, match=r"cannot be kept: AccessDenied$"):
        turn_on(scene.log, scene.saved, OURS, first=True)


def test_a_role_that_still_spreads_is_waited_for(scene):
    for code in ("ValidationException", "AccessDeniedException"):
        scene.put_refused(code)
    scene.put(OURS)
    turn_on(scene.log, scene.saved, OURS, first=False)
    assert scene.clock.seconds == 20


def test_after_two_minutes_the_refusal_is_told_by_its_code_alone(scene):
    for _ in range(13):
        scene.put_refused("ValidationException")
    with pytest.raises(Failed) as failed:
        turn_on(scene.log, scene.saved, OURS, first=False)
    assert "PutModelInvocationLoggingConfiguration was refused: Validation" in str(failed.value)
    assert "123456789012" not in str(failed.value)


def test_another_refusal_is_not_waited_for(scene):
    scene.put_refused("ThrottlingException")
    with pytest.raises(Failed, match="ThrottlingException"):
        turn_on(scene.log, scene.saved, OURS, first=False)
    assert scene.clock.seconds == 0


def test_what_was_there_before_comes_back(scene):
    scene.now(OURS)
    scene.recalls(THEIRS)
    scene.put(THEIRS)
    give_back(scene.log, scene.saved, OURS)


def test_where_nothing_was_nothing_is_left(scene):
    scene.now(OURS)
    scene.recalls(None)
    scene.cleared()
    give_back(scene.log, scene.saved, OURS)


@pytest.mark.parametrize("found", [None, THEIRS])
def test_what_came_after_ours_is_left_alone_and_said_to_be(scene, found, capsys):
    scene.now(found)
    give_back(scene.log, scene.saved, OURS)
    assert "left as it is" in capsys.readouterr().out


def test_nothing_is_guessed_when_what_was_kept_is_gone(scene):
    scene.now(OURS)
    scene.s3.add_client_error("get_object", "NoSuchKey")
    with pytest.raises(Failed, match="saved cannot be read from our bucket: NoSuchKey"):
        give_back(scene.log, scene.saved, OURS)


def test_ours_with_other_flags_is_still_ours():
    assert writes_where({**OURS, "textDataDeliveryEnabled": True}, OURS)
    elsewhere = {**OURS, "s3Config": {"bucketName": "their-bucket"}}
    assert not writes_where(elsewhere, OURS)
