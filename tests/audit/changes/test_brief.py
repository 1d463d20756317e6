"""What people read in a comment names no account and no whole ARN."""

import pytest

from audit.brief import brief


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
