"""A name of one's own for the API."""

import pytest

from tests.accounts import DEV_ACCOUNT
from tests.stacks.assembly import Template, dev_with, plain, resources, synthesize, template

CERTIFICATE = f"arn:aws:acm:us-east-1:{DEV_ACCOUNT}:certificate/12345678-1234-1234-1234-{'1' * 12}"
DOMAIN = f"""
[api.domain]
name = "ai.example.com"
certificate_arn = "{CERTIFICATE}"
"""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory) -> Template:
    outdir = tmp_path_factory.mktemp("domain")
    synthesize(outdir, dev_with(tables=DOMAIN))
    return template(outdir, "dev", "Gateway")


def test_the_name_has_its_certificate_and_speaks_tls_1_2_at_least(gateway):
    (name,) = resources(gateway, "AWS::ApiGateway::DomainName").values()
    properties = name["Properties"]
    assert properties["DomainName"] == "ai.example.com"
    assert properties["RegionalCertificateArn"] == CERTIFICATE
    assert properties["SecurityPolicy"] == "TLS_1_2"
    assert properties["EndpointConfiguration"] == {"Types": ["REGIONAL"]}


def test_the_name_leads_to_the_stage(gateway):
    (name,) = resources(gateway, "AWS::ApiGateway::DomainName")
    (stage,) = resources(gateway, "AWS::ApiGateway::Stage")
    (mapping,) = resources(gateway, "AWS::ApiGateway::BasePathMapping").values()
    assert plain(mapping["Properties"]["DomainName"]) == name
    assert plain(mapping["Properties"]["Stage"]) == stage
    assert "BasePath" not in mapping["Properties"]


def test_clients_are_told_the_name_and_its_owner_what_its_record_must_say(gateway):
    outputs = gateway["Outputs"]
    assert outputs["BaseUrl"]["Value"] == "https://ai.example.com/v1"
    assert plain(outputs["DomainTarget"]["Value"]).endswith(".RegionalDomainName")
