"""What is said of an account that lacks something, with botocore checking what it is asked."""

import json
from contextlib import ExitStack
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from config.load import load_catalogue, load_environment
from config.models import find_target
from config.schema import Environment
from operate.errors import OperateError
from operate.preflight.account import Account, principal
from operate.preflight.check import Row, check
from operate.preflight.command import preflight
from operate.preflight.need import tokens_per_minute
from operate.preflight.quotas import Quota, find_quota
from operate.preflight.remedies import remedies
from operate.preflight.table import assumption, table

CLAUDE = find_target("us.anthropic.claude-sonnet-5-5", load_catalogue(), "us-east-1")
NOVA = find_target("us.amazon.nova-lite-v1:0", load_catalogue(), "us-east-1")
GLOBAL = find_target("global.anthropic.claude-sonnet-5-5", load_catalogue(), "us-east-1")
EMBED = find_target("amazon.titan-embed-text-v2:0", load_catalogue(), "us-east-1")
ROLE = "arn:aws:sts::111111111111:assumed-role/deployer/session"


@pytest.fixture
def dev() -> Environment:
    return load_environment("dev")


class Scripted:
    """Clients that answer from a script, each call checked against the service's model."""

    def __init__(self) -> None:
        self._clients: dict[str, Any] = {}
        self._opened = ExitStack()

    def __call__(self, service: str, region: str) -> Any:
        return self.stub(service).client

    def stub(self, service: str) -> Stubber:
        if service not in self._clients:
            keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
            client = boto3.client(service, region_name="us-east-1", **keys)
            self._opened.callback(client.close)
            self._clients[service] = self._opened.enter_context(Stubber(client))
        return self._clients[service]

    def answer(self, service: str, operation: str, answer: dict, **request: Any) -> None:
        self.stub(service).add_response(operation, answer, request)

    def refuse(self, service: str, operation: str, code: str) -> None:
        self.stub(service).add_client_error(operation, service_error_code=code)

    def close(self) -> None:
        with self._opened:
            for stub in self._clients.values():
                stub.assert_no_pending_responses()


@pytest.fixture
def aws():
    scripted = Scripted()
    yield scripted
    scripted.close()


def caller(aws: Scripted, arn: str = ROLE) -> None:
    account = arn.split(":")[4]
    aws.answer("sts", "get_caller_identity", {"Account": account, "Arn": arn})


def availability(aws: Scripted, agreement: str, model: str = CLAUDE.model.id) -> None:
    answer = {
        "modelId": model,
        "agreementAvailability": {"status": agreement},
        "authorizationStatus": "AUTHORIZED",
        "entitlementAvailability": "AVAILABLE",
        "regionAvailability": "AVAILABLE",
    }
    aws.answer("bedrock", "get_foundation_model_availability", answer, modelId=model)


def offer(aws: Scripted) -> None:
    terms = {"usageBasedPricingTerm": {"rateCard": []}, "legalTerm": {}, "supportTerm": {}}
    answer = {
        "modelId": CLAUDE.model.id,
        "offers": [{"offerToken": "t", "termDetails": terms}],
    }
    request = {"modelId": CLAUDE.model.id, "offerType": "PUBLIC"}
    aws.answer("bedrock", "list_foundation_model_agreement_offers", answer, **request)


def decision(aws: Scripted, decision: str) -> None:
    results = [
        {"EvalActionName": f"aws-marketplace:{action}", "EvalDecision": decision}
        for action in ("Subscribe", "ViewSubscriptions")
    ]
    aws.answer(
        "iam",
        "simulate_principal_policy",
        {"EvaluationResults": results},
        PolicySourceArn="arn:aws:iam::111111111111:role/deployer",
        ActionNames=["aws-marketplace:Subscribe", "aws-marketplace:ViewSubscriptions"],
        ContextEntries=ANY,
    )


def quota(aws: Scripted, value: float) -> None:
    details = {
        "modelArn": "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-5-5",
        "modelId": CLAUDE.model.id,
        "modelName": "Claude Sonnet 5.5",
        "providerName": "Anthropic",
    }
    request = {"modelIdentifier": CLAUDE.model.id}
    aws.answer("bedrock", "get_foundation_model", {"modelDetails": details}, **request)
    name = "Cross-region model inference tokens per minute for Anthropic Claude Sonnet 5.5"
    listed = {"Quotas": [{"QuotaName": name, "QuotaCode": "L-1", "Value": value}]}
    aws.answer("service-quotas", "list_service_quotas", listed, ServiceCode="bedrock")


def looked_at(aws: Scripted, environment: Environment) -> tuple[Row, tuple[str, ...]]:
    row = check(Account("us-east-1", aws), environment, CLAUDE, 1_000)
    return row, remedies(row, environment)


def test_a_model_that_can_serve_needs_nothing(aws, dev):
    availability(aws, "AVAILABLE")
    aws.answer("bedrock", "get_use_case_for_model_access", {"formData": b"0123456789"})
    quota(aws, 2_000_000)
    row, to_do = looked_at(aws, dev)
    assert (row.form, row.marketplace, to_do) == ("filed", "not needed", ())
    assert row.quota and row.quota.value == 2_000_000 > row.need


def test_all_that_is_missing_is_told_with_its_remedy(aws, dev):
    availability(aws, "NOT_AVAILABLE")
    aws.refuse("bedrock", "get_use_case_for_model_access", "ResourceNotFoundException")
    offer(aws)
    caller(aws)
    decision(aws, "implicitDeny")
    quota(aws, 100_000)
    row, to_do = looked_at(aws, dev)
    assert (row.form, row.marketplace) == ("missing", "denied")
    agreement, form, tokens = to_do
    assert "add [access], for these credentials may not subscribe" in agreement
    assert "add [access.anthropic]" in form
    assert f"ask for {row.need:,} tokens per minute: quota L-1" in tokens


def test_what_may_not_be_asked_is_unknown_and_never_guessed(aws, dev):
    for operation in (
        "get_foundation_model_availability",
        "get_use_case_for_model_access",
        "get_foundation_model",
    ):
        aws.refuse("bedrock", operation, "AccessDeniedException")
    row, to_do = looked_at(aws, dev)
    assert (row.agreement, row.form, row.quota) == ("unknown", "unknown", None)
    assert to_do == (
        "nothing is known: allow bedrock:GetFoundationModelAvailability, and ask again",
    )


def test_credentials_of_another_account_are_refused(aws, dev):
    caller(aws, "arn:aws:iam::999999999999:user/x")
    with pytest.raises(OperateError, match="of account 999999999999"):
        preflight(dev, ["us-east-1"], 1_000, aws)


def test_without_credentials_it_cannot_ask(aws, dev):
    aws.refuse("sts", "get_caller_identity", "ExpiredToken")
    with pytest.raises(OperateError, match="no usable AWS credentials"):
        preflight(dev, ["us-east-1"], 1_000, aws)


def test_policies_are_simulated_for_the_role_behind_a_session():
    assert principal(ROLE) == "arn:aws:iam::111111111111:role/deployer"
    user = "arn:aws:iam::111111111111:user/x"
    assert principal(user) == user


def test_a_tenants_rate_counts_once_with_its_longest_request(dev):
    assert tokens_per_minute(dev, CLAUDE, 1_000) == 5 * 60 * (1_000 + 4_096)
    assert tokens_per_minute(dev, EMBED, 1_000) == 5 * 60 * 1_000


NAME = "Cross-region model inference tokens per minute for Anthropic Claude Sonnet 5.5"


@pytest.mark.parametrize(
    ("name", "target"),
    [
        (NAME, CLAUDE),
        (f"{NAME} V1", CLAUDE),
        (f"Global {NAME}".replace("Cross-region", "cross-Region"), GLOBAL),
        (NAME.replace("Anthropic ", ""), CLAUDE),
    ],
)
def test_a_quota_is_found_by_scope_and_name(name, target):
    assert find_quota([Quota(name, "L-1", 1.0)], target, "Anthropic", "Claude Sonnet 5.5")


@pytest.mark.parametrize(
    "name",
    [
        f"{NAME} V2",
        f"{NAME} 1M Context Length",
        NAME.replace("5.5", "5"),
        NAME.replace("Cross-region", "On-demand"),
        NAME.replace("tokens per minute", "tokens per day"),
    ],
)
def test_a_quota_of_something_else_is_not_taken_for_it(name):
    assert not find_quota([Quota(name, "L-1", 1.0)], CLAUDE, "Anthropic", "Claude Sonnet 5.5")


def test_two_quotas_that_fit_are_as_good_as_none():
    fitting = [Quota(NAME, "L-1", 1.0), Quota(f"{NAME} V1", "L-2", 2.0)]
    assert find_quota(fitting, CLAUDE, "Anthropic", "Claude Sonnet 5.5") is None


def row(**changed: Any) -> Row:
    whole = {
        "model": CLAUDE.id,
        "region": "us-east-1",
        "authorization": "AUTHORIZED",
        "agreement": "AVAILABLE",
        "entitlement": "AVAILABLE",
        "availability": "AVAILABLE",
        "form": "filed",
        "marketplace": "not needed",
        "quota": None,
        "need": 1_000,
    }
    return Row(**{**whole, **changed})


@pytest.mark.parametrize(
    ("changed", "remedy"),
    [
        ({"availability": "NOT_AVAILABLE"}, "us-east-1 does not offer it"),
        ({"agreement": "PENDING"}, "ask again in 15 minutes"),
        ({"authorization": "NOT_AUTHORIZED"}, "ask AWS Support"),
        ({"agreement": "ERROR", "marketplace": "allowed"}, "payment method"),
        ({"agreement": "NOT_AVAILABLE", "marketplace": "unknown"}, "as a role with"),
    ],
)
def test_each_lack_has_its_remedy(dev, changed, remedy):
    (told,) = remedies(row(**changed), dev)
    assert remedy in told


def test_a_model_without_an_offer_lacks_no_agreement(dev):
    assert remedies(row(agreement="NOT_AVAILABLE"), dev) == ()


def test_the_table_lines_up_and_says_what_to_do():
    text = table({row(): (), row(model=NOVA.id): ("do this",)})
    heading, first, second, *_ = text.splitlines()
    assert heading.index("region") == first.index("us-east-1") == second.index("us-east-1")
    assert f"{NOVA.id} in us-east-1: do this" in text
    assert "unknown" in first and "1,000" in first


def test_the_assumption_is_stated():
    assert "2,500 input tokens a request" in assumption(2_500)


def test_the_findings_are_readable_by_machines(monkeypatch, capsys, dev):
    from operate.__main__ import main

    found = {row(): ("do this",)}
    monkeypatch.setattr("operate.preflight.command.preflight", lambda *_: found)
    assert main(["models", "preflight", "dev", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["models"][0]["to_do"] == ["do this"]
