"""What people read of an audit names no account and no whole ARN."""

from typing import Any

import pytest

from audit.brief import brief
from tests.audit.changes.assemblies import write_assembly
from tests.audit.changes.audited import audited

OWN, STRANGER = "111122223333", "999988887777"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("arn:aws:iam::111122223333:role/x", "iam:…3333:role/x"),
        ("arn:aws:bedrock:us-east-1::foundation-model/m", "bedrock:us-east-1:foundation-model/m"),
        ("account 111122223333 may", "account …3333 may"),
        ('{"RetentionInDays": 7}', "RetentionInDays: 7"),
        ('{"Value": ""}', "Value: (empty)"),
        ('{"a": 1, "b": 2}', '{"a": 1, "b": 2}'),
        ('{"cut off at 300 charac…', '{"cut off at 300 charac…'),
        ("1234567890123", "1234567890123"),
    ],
)
def test_a_value_is_as_short_as_it_can_be_read(text, read):
    assert brief(text) == read


def test_neither_the_comment_nor_the_alerts_name_an_account(tmp_path):
    """A role starts to trust another account's: who reads the pull request need not know whose."""
    before, after = (
        write_assembly(tmp_path / side, {"prod": {"team": _trusting(account)}})
        for side, account in (("base", OWN), ("head", STRANGER))
    )
    found = audited(before, after)
    assert [each.category for each in found.result.findings if each.severity != "low"]
    for text in (found.comment, found.sarif):
        assert OWN not in text and STRANGER not in text
        assert STRANGER[-4:] in text


def _trusting(account: str) -> Any:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "sts:AssumeRole",
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document}}
    return {"Resources": {"Role": role}}
