"""D8: functions in an isolated network reach what they call, by endpoints alone, and nothing else.

The endpoints of `config/endpoints.py` are held to the roles: a new call without a way out fails.
"""

import json
from pathlib import Path

import pytest

from components.network_interfaces import INTERFACES
from config.endpoints import ENDPOINTS, endpoints_of
from config.load import environment_names, load_environment
from config.network import ExistingVpc, Network
from config.schema import Environment
from tests.packs.variants import NETWORK, everything_on
from tests.stacks.assembly import plain, resources, stacks_of, synthesize, template

EXISTING = Network(
    existing=ExistingVpc(
        vpc_id="vpc-0123456789abcdef0",
        subnet_ids=("subnet-0123456789abcdef0", "subnet-0123456789abcdef1"),
        route_table_ids=("rtb-0123456789abcdef0",),
    ),
    prefix_lists=NETWORK.prefix_lists,
)
# What AWS does in a role's name, on no way through the network: Lambda writes logs, reads queues,
# stores use our key, Bedrock subscribes and takes the role that it is passed.
NOT_BY_CODE = {
    "aws-marketplace:Subscribe",
    "aws-marketplace:ViewSubscriptions",
    "iam:PassRole",
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
}


def everything(network: Network) -> Environment:
    """prod with all that functions could have to call."""
    return everything_on("prod").model_copy(update={"network": network})


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    outdir = tmp_path_factory.mktemp("new")
    synthesize(outdir, everything(NETWORK))
    return outdir


@pytest.fixture(scope="module")
def existing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    outdir = tmp_path_factory.mktemp("existing")
    synthesize(outdir, everything(EXISTING))
    return outdir


def of(outdir: Path, type: str, stack: str = "") -> dict[str, dict]:
    """The properties of all resources of a type, in one stack or in all."""
    return {
        id: plain(each.get("Properties", {}))
        for name in stacks_of(outdir, "prod")
        if not stack or name == stack
        for id, each in resources(template(outdir, "prod", name), type).items()
    }


def as_list(value: object) -> list:
    return value if isinstance(value, list) else [value]


def endpoints(outdir: Path, type: str) -> dict[str, dict]:
    """The endpoints of a type, by the service."""
    found = of(outdir, "AWS::EC2::VPCEndpoint", "Network").values()
    return {e["ServiceName"].split(".")[-1]: e for e in found if e["VpcEndpointType"] == type}


def called_by_functions(outdir: Path) -> set[str]:
    """Every action that a function's role may do, but what AWS does in its name."""
    functions = of(outdir, "AWS::Lambda::Function").values()
    roles = {each["Role"].partition(".")[0] for each in functions}
    return {
        action
        for type in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
        for policy in of(outdir, type).values()
        if roles & {*policy.get("Roles", ())}
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
        for action in as_list(statement["Action"])
    } - NOT_BY_CODE


def test_every_function_of_every_stack_stands_inside(new):
    functions = of(new, "AWS::Lambda::Function")
    assert len(functions) >= 7
    for function in functions.values():
        assert len(function["VpcConfig"]["SubnetIds"]) == 2
        assert len(function["VpcConfig"]["SecurityGroupIds"]) == 1


def test_every_action_of_a_function_has_an_endpoint_and_no_endpoint_lets_through_more(new):
    assert called_by_functions(new) == {action for e in ENDPOINTS for action in e.actions}


@pytest.mark.parametrize("environment", environment_names())
def test_an_environment_has_the_endpoints_that_its_own_functions_call(tmp_path, environment):
    declared = load_environment(environment).model_copy(update={"network": NETWORK, "name": "prod"})
    synthesize(tmp_path, declared)
    called = called_by_functions(tmp_path)
    needed = {e.service for e in ENDPOINTS if not e.gateway and called & {*e.actions}}
    assert endpoints(tmp_path, "Interface").keys() == needed
    assert endpoints(tmp_path, "Gateway").keys() == {"dynamodb", "s3"}
    assert {e.service for e in endpoints_of(declared, gateway=False)} == needed


@pytest.mark.parametrize("which", ["new", "existing"])
def test_no_rule_leads_to_everybody_or_from_anybody(which, request):
    outdir = request.getfixturevalue(which)
    for stack in stacks_of(outdir, "prod"):
        text = json.dumps(template(outdir, "prod", stack))
        assert "0.0.0.0/0" not in text and "::/0" not in text
    rules = [
        rule
        for group in of(outdir, "AWS::EC2::SecurityGroup", "Network").values()
        for rule in group["SecurityGroupEgress"] + group.get("SecurityGroupIngress", [])
    ]
    rules += of(outdir, "AWS::EC2::SecurityGroupEgress", "Network").values()
    assert len(rules) == 5
    for rule in rules:
        assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 443, 443)
        assert not rule.keys() & {"CidrIp", "CidrIpv6"}
    assert not of(outdir, "AWS::EC2::SecurityGroupIngress")


def test_functions_reach_the_endpoints_and_the_lists_and_are_reached_by_nobody(new):
    groups = of(new, "AWS::EC2::SecurityGroup", "Network")
    (functions,) = (id for id in groups if id.startswith("GroupsFunctions"))
    (behind,) = (id for id in groups if id.startswith("GroupsEndpoints"))
    assert "SecurityGroupIngress" not in groups[functions]
    lists = {rule["DestinationPrefixListId"] for rule in groups[functions]["SecurityGroupEgress"]}
    assert lists == {"pl-63a5400a", "pl-02cd2c6b"}
    (out,) = of(new, "AWS::EC2::SecurityGroupEgress", "Network").values()
    assert out["GroupId"] == f"{functions}.GroupId"
    assert out["DestinationSecurityGroupId"] == f"{behind}.GroupId"
    (come_in,) = groups[behind]["SecurityGroupIngress"]
    assert come_in["SourceSecurityGroupId"] == f"{functions}.GroupId"
    for endpoint in endpoints(new, "Interface").values():
        assert endpoint["SecurityGroupIds"] == [f"{behind}.GroupId"]


@pytest.mark.parametrize("which", ["new", "existing"])
def test_interfaces_answer_under_the_services_own_names_in_every_subnet(which, request):
    for endpoint in endpoints(request.getfixturevalue(which), "Interface").values():
        assert endpoint["PrivateDnsEnabled"] is True
        assert len(endpoint["SubnetIds"]) == 2


def test_every_endpoint_lets_callers_of_this_account_do_named_things(new):
    own = {"StringEquals": {"aws:PrincipalAccount": "333333333333"}}
    for type in ("Interface", "Gateway"):
        for service, endpoint in endpoints(new, type).items():
            callers, *others = endpoint["PolicyDocument"]["Statement"]
            assert callers["Condition"] == own
            assert not any("*" in action for action in as_list(callers["Action"]))
            resources = as_list(callers["Resource"])
            assert ("*" in resources) == (service in ("bedrock", "xray"))  # know no resource
            assert bool(others) == (service == "s3")


def test_custom_resources_may_answer_cloudformation(new):
    _, answers = endpoints(new, "Gateway")["s3"]["PolicyDocument"]["Statement"]
    assert answers["Action"] == "s3:PutObject"
    bucket = "arn:aws:s3:::cloudformation-custom-resource-response-useast1/*"
    assert answers["Resource"] == bucket


def test_a_new_vpc_has_no_way_out(new):
    for type in ("InternetGateway", "NatGateway", "EgressOnlyInternetGateway", "Route", "EIP"):
        assert not of(new, f"AWS::EC2::{type}")
    assert not of(new, "AWS::EC2::VPCGatewayAttachment")
    subnets = of(new, "AWS::EC2::Subnet").values()
    assert {each["CidrBlock"] for each in subnets} == {"10.60.0.0/19", "10.60.32.0/19"}
    assert {each["AvailabilityZoneId"] for each in subnets} == {"use1-az4", "use1-az6"}
    assert not any(each["MapPublicIpOnLaunch"] for each in subnets)
    assert len(of(new, "AWS::EC2::SubnetRouteTableAssociation")) == 2
    (vpc,) = of(new, "AWS::EC2::VPC").values()
    assert vpc["EnableDnsSupport"] and vpc["EnableDnsHostnames"]


def test_a_new_vpcs_flows_are_logged_under_our_key_for_as_long_as_other_logs(new):
    (log,) = of(new, "AWS::EC2::FlowLog").values()
    assert (log["ResourceType"], log["TrafficType"]) == ("VPC", "ALL")
    group = of(new, "AWS::Logs::LogGroup", "Network")[log["LogGroupName"]]
    assert group["RetentionInDays"] == 365
    assert "Key" in str(group["KmsKeyId"])


def test_an_existing_vpc_gets_endpoints_and_groups_and_nothing_of_it_is_changed(existing):
    made = {each["Type"] for each in template(existing, "prod", "Network")["Resources"].values()}
    assert made - {"AWS::CDK::Metadata"} == {
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::VPCEndpoint",
        "AWS::IAM::ManagedPolicy",
    }
    for endpoint in endpoints(existing, "Gateway").values():
        assert endpoint["RouteTableIds"] == ["rtb-0123456789abcdef0"]
    for function in of(existing, "AWS::Lambda::Function").values():
        assert function["VpcConfig"]["SubnetIds"][0] == "subnet-0123456789abcdef0"


def test_interfaces_are_lambdas_business_and_not_the_codes(new):
    ((id, policy),) = of(new, "AWS::IAM::ManagedPolicy", "Network").items()
    allow, deny = policy["PolicyDocument"]["Statement"]
    assert (allow["Effect"], deny["Effect"]) == ("Allow", "Deny")
    assert allow["Action"] == deny["Action"] == list(INTERFACES)
    code = "arn:aws:lambda:us-east-1:333333333333:function:*"
    assert deny["Condition"] == {"ArnLike": {"lambda:SourceFunctionArn": code}}
    held = [
        role["ManagedPolicyArns"]
        for role in of(new, "AWS::IAM::Role").values()
        if "lambda.amazonaws.com" in str(role["AssumeRolePolicyDocument"])
    ]
    assert len(held) == len(of(new, "AWS::Lambda::Function"))
    assert all(id in str(each) for each in held)


@pytest.mark.parametrize("environment", environment_names())
def test_nobody_has_one_who_did_not_ask(assembly, environment):
    assert load_environment(environment).network is None
    assert "Network" not in stacks_of(assembly, environment)
    for stack in stacks_of(assembly, environment):
        text = json.dumps(template(assembly, environment, stack))
        assert "VpcConfig" not in text and "AWS::EC2::" not in text
