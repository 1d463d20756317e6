"""How the API is reached: publicly or from one VPC, behind a firewall, under a name of its own."""

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_kms as kms

from components.domain import Domain
from components.handler import Handler
from components.log_group import LogGroup
from components.private_endpoint import PrivateEndpoint
from components.rest_api import RestApi
from components.web_acl import WebAcl
from config.schema import Environment
from stacks.names import store_name


def front(stack: Stack, environment: Environment, *, key: kms.IKey, authorizer: Handler) -> RestApi:
    """The API without routes; in a VPC if the environment names one."""
    edge, private = environment.api, environment.api.private
    return RestApi(
        stack,
        "Front",
        name=store_name(environment, "gateway"),
        authorizer=authorizer,
        access_log=LogGroup(stack, "AccessLog", key=key, retention_days=edge.log_retention_days),
        edge=edge,
        endpoint=PrivateEndpoint(stack, "Endpoint", declared=private) if private else None,
    )


def protect(stack: Stack, environment: Environment, api: RestApi, *, key: kms.IKey) -> None:
    """Put the firewall before the API, if the environment wants one."""
    if environment.api.waf:
        WebAcl(
            stack,
            "Firewall",
            name=store_name(environment, "gateway"),
            stage=api.api.deployment_stage,
            edge=environment.api,
            key=key,
        )


def announce(stack: Stack, environment: Environment, api: RestApi) -> None:
    """Say under which URL the API is called, and where the record of its own name must lead."""
    base_url = api.base_url
    if declared := environment.api.domain:
        domain = Domain(stack, "Domain", declared=declared, api=api.api)
        base_url = domain.base_url
        CfnOutput(stack, "DomainTarget", value=domain.target)
    CfnOutput(stack, "BaseUrl", value=base_url)
    CfnOutput(stack, "ApiId", value=api.api.rest_api_id)
