"""A private API: reached from one VPC, through one endpoint, and from nowhere else."""

import pytest

from tests.accounts import DEV_ACCOUNT
from tests.stacks.assembly import Template, dev_with, plain, resources, synthesize, template

PRIVATE = """
[api.private]
vpc_id = "vpc-0123456789abcdef0"
subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
cidr = "10.20.0.0/16"
"""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory) -> Template:
    outdir = tmp_path_factory.mktemp("private")
    synthesize(outdir, dev_with("waf = true", PRIVATE))
    return template(outdir, "dev", "Gateway")


def only(gateway: Template, type: str) -> tuple[str, dict]:
    ((id, each),) = resources(gateway, type).items()
    return id, each["Properties"]


def test_the_api_has_no_other_way_in_than_the_endpoint(gateway):
    endpoint, _ = only(gateway, "AWS::EC2::VPCEndpoint")
    _, api = only(gateway, "AWS::ApiGateway::RestApi")
    assert api["EndpointConfiguration"] == {
        "Types": ["PRIVATE"],
        "VpcEndpointIds": [{"Ref": endpoint}],
    }
    allow, deny = plain(api["Policy"]["Statement"])
    assert (allow["Effect"], deny["Effect"]) == ("Allow", "Deny")
    assert deny["Principal"] == {"AWS": "*"}
    assert (deny["Action"], deny["Resource"]) == ("execute-api:Invoke", "execute-api:/*")
    assert deny["Condition"] == {"StringNotEquals": {"aws:SourceVpce": endpoint}}


def test_the_endpoint_stands_in_the_declared_subnets_and_leads_to_this_accounts_apis(gateway):
    _, endpoint = only(gateway, "AWS::EC2::VPCEndpoint")
    assert endpoint["VpcEndpointType"] == "Interface"
    assert endpoint["ServiceName"] == "com.amazonaws.us-east-1.execute-api"
    assert endpoint["VpcId"] == "vpc-0123456789abcdef0"
    assert len(endpoint["SubnetIds"]) == 2
    assert endpoint["PrivateDnsEnabled"] is True
    (statement,) = endpoint["PolicyDocument"]["Statement"]
    assert statement["Action"] == "execute-api:Invoke"
    assert statement["Resource"] == f"arn:aws:execute-api:us-east-1:{DEV_ACCOUNT}:*"


def test_https_from_the_vpc_comes_in_and_nothing_else_goes_anywhere(gateway):
    _, group = only(gateway, "AWS::EC2::SecurityGroup")
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.20.0.0/16"}
    assert group["SecurityGroupIngress"] == [{**https, "Description": "HTTPS from the VPC"}]
    assert group["SecurityGroupEgress"] == [{**https, "Description": "Nowhere but the VPC"}]
    assert group["VpcId"] == "vpc-0123456789abcdef0"


def test_the_firewall_and_the_keys_are_as_in_a_public_one(gateway):
    assert resources(gateway, "AWS::WAFv2::WebACLAssociation")
    for method in resources(gateway, "AWS::ApiGateway::Method").values():
        assert method["Properties"]["AuthorizationType"] == "CUSTOM"


@pytest.mark.parametrize("environment", ["local", "dev", "staging", "prod"])
def test_nobody_has_one_who_did_not_ask(assembly, environment):
    found = template(assembly, environment, "Gateway")
    (api,) = resources(found, "AWS::ApiGateway::RestApi").values()
    assert api["Properties"]["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert "Policy" not in api["Properties"]
    assert not resources(found, "AWS::EC2::VPCEndpoint")
