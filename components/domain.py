"""A name of one's own for the API: its certificate, TLS 1.2, and the stage behind it."""

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_certificatemanager as acm
from constructs import Construct

from config import edge


class Domain(Construct):
    """The record that makes the name lead to `target` is its owner's to write."""

    def __init__(
        self, scope: Construct, id: str, *, declared: edge.Domain, api: apigateway.RestApi
    ) -> None:
        super().__init__(scope, id)
        certificate = acm.Certificate.from_certificate_arn(
            self, "Certificate", declared.certificate_arn
        )
        self._name = apigateway.DomainName(
            self,
            "Name",
            domain_name=declared.name,
            certificate=certificate,
            endpoint_type=apigateway.EndpointType.REGIONAL,
            security_policy=apigateway.SecurityPolicy.TLS_1_2,
        )
        self._name.add_base_path_mapping(api, stage=api.deployment_stage)
        self.base_url = f"https://{declared.name}/v1"

    @property
    def target(self) -> str:
        """What a CNAME record of the name says."""
        return self._name.domain_name_alias_domain_name
