"""Access to models, asked for and given for real on the embedded AWS: the gap, and the task."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, WaiterError

from config.load import load_environment
from operate.preflight.command import preflight
from tasks.agreements import Account
from tasks.model_access import give_access

LAMBDA = Path(__file__).parents[2] / "lambda"
CLAUDE, NOVA = "anthropic.claude-sonnet-5-5", "amazon.nova-lite-v1:0"
FORM = {
    "companyName": "Example AG",
    "companyWebsite": "https://example.com",
    "intendedUsers": "0",
    "industryOption": "Retail",
    "otherIndustryOption": "",
    "useCases": "Answers from our handbook, for our own people.",
}
# As stacks/access.py grants it, less the Marketplace.
RIGHTS = [
    f"bedrock:{operation}"
    for operation in (
        "CreateFoundationModelAgreement",
        "GetFoundationModelAvailability",
        "GetUseCaseForModelAccess",
        "ListFoundationModelAgreementOffers",
        "PutUseCaseForModelAccess",
    )
]


def agreement(bedrock, model: str) -> str:
    answer = bedrock.get_foundation_model_availability(modelId=model)
    return answer["agreementAvailability"]["status"]


def filed(bedrock) -> dict:
    return json.loads(bedrock.get_use_case_for_model_access()["formData"])


# Form and agreements belong to a region, so that each test has one to itself.


def test_the_task_files_the_form_and_agrees_and_does_nothing_the_second_time(cloud):
    bedrock = cloud.client("bedrock", region="us-west-2")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        bedrock.get_use_case_for_model_access()
    assert agreement(bedrock, CLAUDE) == "NOT_AVAILABLE"
    give_access(Account(bedrock), [NOVA, CLAUDE], FORM)
    assert filed(bedrock) == FORM
    assert agreement(bedrock, CLAUDE) == "AVAILABLE"
    give_access(Account(bedrock), [NOVA, CLAUDE], {**FORM, "companyName": "Another AG"})
    assert filed(bedrock) == FORM


def test_a_second_agreement_for_a_model_is_a_conflict(cloud):
    bedrock = cloud.client("bedrock", region="us-east-2")
    bedrock.put_use_case_for_model_access(formData=json.dumps(FORM).encode())
    (offer,) = bedrock.list_foundation_model_agreement_offers(modelId=CLAUDE)["offers"]
    agreed = {"modelId": CLAUDE, "offerToken": offer["offerToken"]}
    bedrock.create_foundation_model_agreement(**agreed)
    assert agreement(bedrock, CLAUDE) == "PENDING"
    with pytest.raises(ClientError, match="ConflictException"):
        bedrock.create_foundation_model_agreement(**agreed)


def test_a_model_without_a_product_has_no_offer(cloud):
    bedrock = cloud.client("bedrock", region="us-east-2")
    assert bedrock.list_foundation_model_agreement_offers(modelId=NOVA)["offers"] == []


@pytest.mark.parametrize("wrong", [{"intendedUsers": "internal"}, {"useCases": "x" * 8_193}])
def test_a_wrong_form_is_refused(cloud, wrong):
    bedrock = cloud.client("bedrock", region="eu-west-1")
    with pytest.raises(ClientError, match="Invalid form data"):
        bedrock.put_use_case_for_model_access(formData=json.dumps({**FORM, **wrong}).encode())


def test_anthropics_offer_cannot_be_accepted_before_its_form_is_filed(cloud):
    bedrock = cloud.client("bedrock", region="eu-west-1")
    (offer,) = bedrock.list_foundation_model_agreement_offers(modelId=CLAUDE)["offers"]
    with pytest.raises(ClientError, match="use case details have not been submitted"):
        bedrock.create_foundation_model_agreement(modelId=CLAUDE, offerToken=offer["offerToken"])


def test_the_preflight_names_what_is_missing_and_then_nothing(cloud):
    region, claude = "us-west-1", f"us.{CLAUDE}"

    def clients(service: str, region: str):
        if service == "service-quotas":  # the embedded AWS needs seconds to say that it has none
            raise EndpointConnectionError(endpoint_url="https://servicequotas")
        return cloud.client(service, region)

    def to_do() -> dict[str, tuple[str, ...]]:
        found = preflight(load_environment("local"), [region], 1_000, clients)
        return {row.model: remedies for row, remedies in found.items() if remedies}

    assert set(to_do()) == {claude}
    assert [each.partition(":")[0] for each in to_do()[claude]] == [
        "accept its offer",
        "Anthropic's First-Time-Use form is missing",
    ]
    give_access(Account(cloud.client("bedrock", region=region)), [CLAUDE], FORM)
    assert to_do() == {}


@pytest.fixture(scope="module")
def function(cloud):
    """The task as a function that CloudFormation can call; its ARN."""
    right = {"Action": RIGHTS, "Resource": "*"}
    role = cloud.role("model-access", right, service="lambda.amazonaws.com")
    functions = cloud.client("lambda")
    made = functions.create_function(
        FunctionName="model-access",
        Runtime="python3.14",
        Role=role,
        Handler="tasks.model_access.handler",
        Code={"ZipFile": zipped()},
        Timeout=900,
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="model-access")
    yield made["FunctionArn"]
    functions.delete_function(FunctionName="model-access")


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted((LAMBDA / "tasks").glob("*.py")):
            archive.write(path, path.relative_to(LAMBDA))
    return buffer.getvalue()


def resource(function: str, **properties: object) -> dict[str, object]:
    told = {"ServiceToken": function, "ServiceTimeout": 60, **properties}
    return {"Models": {"Type": "AWS::CloudFormation::CustomResource", "Properties": told}}


def test_a_stack_gives_access_and_takes_nothing_back_when_it_is_deleted(cloud, function):
    bedrock = cloud.client("bedrock")
    cloud.deploy("access", resource(function, Models=[NOVA, CLAUDE], AnthropicForm=FORM))
    assert filed(bedrock) == FORM
    assert agreement(bedrock, CLAUDE) == "AVAILABLE"
    cloudformation = cloud.client("cloudformation")
    cloudformation.delete_stack(StackName="access")
    waiter = cloudformation.get_waiter("stack_delete_complete")
    waiter.wait(StackName="access", WaiterConfig={"Delay": 0.2})
    assert agreement(bedrock, CLAUDE) == "AVAILABLE"


def test_a_stack_with_an_unknown_model_fails_with_the_step_and_the_code(cloud, function):
    cloudformation = cloud.client("cloudformation")
    template = json.dumps({"Resources": resource(function, Models=["acme.unknown-v1:0"])})
    cloudformation.create_stack(StackName="refused", TemplateBody=template)
    waiter = cloudformation.get_waiter("stack_create_complete")
    with pytest.raises(WaiterError, match="ROLLBACK_COMPLETE"):
        waiter.wait(StackName="refused", WaiterConfig={"Delay": 0.2})
    events = cloudformation.describe_stack_events(StackName="refused")["StackEvents"]
    reasons = " ".join(event.get("ResourceStatusReason", "") for event in events)
    assert "acme.unknown-v1:0: GetFoundationModelAvailability was refused" in reasons
    assert "ResourceNotFoundException" in reasons
