"""A3: what the audit calls not broadened allows nothing new, against a brute-force evaluator."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.iam.inclusion import CONDITION, DENY, NEW, broadenings, lifted
from audit.iam.statement import statements
from tests.audit.changes.brute_force import allowed, more

EXAMPLES = 1_000
ACTIONS = ["*", "s3:*", "s3:Get*", "s3:GetObject", "s3:getobject", "S3:PutObject", "s3:?etObject"]
ACTIONS += ["sqs:*", "sqs:SendMessage", "iam:PassRole", "*:PassRole"]
RESOURCES = ["*", "arn:aws:s3:::*", "arn:aws:s3:::a*", "arn:aws:s3:::a", "arn:aws:s3:::a/*"]
RESOURCES += ["arn:aws:s3:::*/x", "arn:aws:s3:::a?/x", "other", "*x"]
PRINCIPALS: list[Any] = [
    "*",
    {"AWS": ["*"]},
    {"AWS": ["111111111111"]},
    {"AWS": ["arn:aws:iam::111111111111:root"]},
    {"AWS": ["arn:aws:iam::222222222222:role/r", "arn:aws:iam::111111111111:role/r"]},
    {"Service": ["svc.aws"]},
]
STRINGS = [
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
]
TESTS = st.one_of(
    st.tuples(
        st.sampled_from([*STRINGS, *(f"{each}IfExists" for each in STRINGS)]),
        st.just("aws:tag"),
        st.lists(
            st.sampled_from(["red", "red*", "blue", "*", "Red", "?lue"]), min_size=1, max_size=2
        ),
    ),
    st.tuples(
        st.sampled_from(["IpAddress", "NotIpAddress", "IpAddressIfExists"]),
        st.just("aws:SourceIp"),
        st.lists(
            st.sampled_from(["10.0.0.0/8", "10.0.0.0/16", "0.0.0.0/0"]), min_size=1, max_size=2
        ),
    ),
    st.tuples(
        st.sampled_from(["Bool", "BoolIfExists", "Null"]),
        st.just("aws:SecureTransport"),
        st.sampled_from([["true"], ["false"]]),
    ),
)


@st.composite
def statement(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    for name, texts in (("Action", ACTIONS), ("Resource", RESOURCES)):
        inverted = draw(st.integers(0, 4)) == 0
        some = st.lists(st.sampled_from(texts), min_size=1, max_size=2, unique=True)
        found[f"Not{name}" if inverted else name] = draw(some)
    inverted = draw(st.integers(0, 6)) == 0
    found["NotPrincipal" if inverted else "Principal"] = draw(st.sampled_from(PRINCIPALS))
    condition: dict[str, dict[str, list[str]]] = {}
    for operator, key, values in draw(st.lists(TESTS, max_size=2)):
        condition.setdefault(operator, {})[key] = values
    return found | ({"Condition": condition} if condition else {})


@st.composite
def pair(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Two policies, most of them alike, as those of a pull request are."""
    before = draw(st.lists(statement(), min_size=1, max_size=3))
    if draw(st.booleans()):
        return before, draw(st.lists(statement(), min_size=1, max_size=3))
    after = [dict(each) for each in before]
    one = draw(st.integers(0, len(after) - 1))
    after[one] = draw(statement()) | {"Effect": after[one]["Effect"]}
    return before, after


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(pair())
def test_what_is_called_not_broadened_allows_nothing_new(policies):
    """Each example is five pairs: the two both ways, and either one beside both together."""
    one, other = policies
    both = one + other
    for before, after in ((one, other), (other, one), (one, both), (both, one), (both, other)):
        _check(before, after)


def _check(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    old, new = (statements({"Statement": each}, of_resource=True) for each in (before, after))
    if not broadenings(old, new):
        assert not more(allowed(after), allowed(before))
    if not lifted(old, new):
        lost = [each for each in before if each["Effect"] == "Deny"]
        kept = [each for each in after if each["Effect"] == "Deny"]
        everything = [{"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}]
        assert not more(allowed(everything + kept), allowed(everything + lost))


def policy(*raw: dict[str, Any]) -> list[Any]:
    return statements({"Statement": list(raw)})


READ = {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "arn:aws:s3:::docs/*"}
TLS = {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"k": "false"}}}
NARROWINGS = {
    "fewer actions": READ | {"Action": ["s3:Get*"]},
    "a wildcard spelled out": READ | {"Action": ["s3:GetObject", "s3:ListBucket"]},
    "another order": READ | {"Action": ["s3:List*", "s3:Get*"]},
    "a narrower resource": READ | {"Resource": "arn:aws:s3:::docs/public/*"},
    "a condition": READ | {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
    "two narrower statements' worth": READ
    | {"Resource": ["arn:aws:s3:::docs/a", "arn:aws:s3:::docs/b"]},
}


@pytest.mark.parametrize("after", NARROWINGS.values(), ids=NARROWINGS)
def test_a_narrowing_is_not_called_broadening(after):
    assert broadenings(policy(READ), policy(after)) == []


def test_a_denial_that_is_added_is_no_broadening():
    assert broadenings(policy(READ), policy(READ, TLS)) == []
    assert lifted(policy(READ), policy(READ, TLS)) == []


def test_all_but_some_narrows_everything():
    everything = READ | {"Resource": "*"}
    but_some = {"Effect": "Allow", "Action": ["s3:Get*"], "NotResource": "arn:aws:s3:::secret/*"}
    assert broadenings(policy(everything), policy(but_some)) == []


def test_a_denial_makes_up_for_a_wider_allowance():
    wider = READ | {"Resource": "*"}
    denied = {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::docs/*"}
    assert broadenings(policy(READ), policy(wider, denied)) == []


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        ([READ], [READ | {"Action": "s3:*"}], NEW),
        ([READ], [READ | {"Resource": "arn:aws:s3:::docs*"}], NEW),
        ([READ | {"Condition": {"Bool": {"k": "true"}}}], [READ], CONDITION),
        ([READ, TLS], [READ], DENY),
        (
            [READ | {"Condition": {"StringEquals": {"k": "a"}}}],
            [READ | {"Condition": {"StringEqualsIfExists": {"k": "a"}}}],
            CONDITION,
        ),
        (
            [READ | {"Condition": {"ForAnyValue:StringEquals": {"k": ["a"]}}}],
            [READ | {"Condition": {"ForAllValues:StringEquals": {"k": ["a"]}}}],
            CONDITION,
        ),
        (
            [READ | {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/16"}}}],
            [READ | {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}],
            CONDITION,
        ),
    ],
)
def test_a_broadening_is_told_by_its_cause(before, after, cause):
    (found,) = {each.cause for each in broadenings(policy(*before), policy(*after))}
    assert found == cause


def test_many_wildcards_are_decided_or_count_as_broadened():
    logs = [
        {
            "Effect": "Allow",
            "Action": f"logs:Put{i}",
            "Resource": f"arn:aws:logs:*:*:log-group:f{i}*",
        }
        for i in range(12)
    ]
    assert broadenings(policy(*logs), policy(*logs, READ))
    assert broadenings(policy(*logs), policy(*logs[:-1])) == []
