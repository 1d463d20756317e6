"""The front door: a REST API whose every route asks for a key first, throttled and logged."""

from collections.abc import Iterable

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from constructs import Construct

from components.body_check import BodyCheck
from components.gateway_errors import add_error_answers
from components.handler import Handler
from components.log_group import LogGroup
from components.private_endpoint import PrivateEndpoint
from config.edge import Api

# Who called what and how it went: no header, no body, no query string, so no key and no prompt.
ACCESS_LOG = apigateway.AccessLogFormat.custom(
    '{"requestId":"$context.requestId","tenant":"$context.authorizer.tenant",'
    '"keyId":"$context.authorizer.key_id",'
    '"time":"$context.requestTimeEpoch","method":"$context.httpMethod",'
    '"route":"$context.resourcePath","status":"$context.status",'
    '"latencyMs":"$context.responseLatency","error":"$context.error.responseType"}'
)


class RestApi(Construct):
    """Routes are added by `route`; every one of them asks an authorizer first."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        authorizer: Handler,
        access_log: LogGroup,
        edge: Api,
        endpoint: PrivateEndpoint | None,
    ) -> None:
        super().__init__(scope, id)
        self._origins = edge.cors_origins
        self._authorizer = apigateway.RequestAuthorizer(
            self,
            "Authorizer",
            handler=authorizer.live,
            identity_sources=[apigateway.IdentitySource.header("Authorization")],
            results_cache_ttl=Duration.seconds(60),
        )
        # What is remembered needs every header that it is remembered by: where the key may be in
        # one or the other, API Gateway has to ask each time, and the function remembers.
        self._either_header = apigateway.RequestAuthorizer(
            self,
            "ApiKeyAuthorizer",
            handler=authorizer.live,
            identity_sources=[],
            results_cache_ttl=Duration.seconds(0),
        )
        resource = self._either_header.node.default_child
        assert isinstance(resource, apigateway.CfnAuthorizer)
        resource.identity_source = None  # CDK writes "", which names no header
        self.api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=name,
            endpoint_configuration=_reached_through(endpoint),
            policy=endpoint.policy if endpoint else None,
            # Access logs need the account's one CloudWatch role; another API may rely on it too.
            cloud_watch_role=True,
            cloud_watch_role_removal_policy=RemovalPolicy.RETAIN,
            deploy_options=_stage(edge, access_log),
        )
        self._body = BodyCheck(self.api)
        add_error_answers(self.api, edge.cors_origins)

    @property
    def base_url(self) -> str:
        """What an OpenAI client takes as `base_url`."""
        return self.api.url_for_path("/v1")

    def route(
        self,
        method: str,
        path: str,
        handler: Handler,
        *,
        needs: tuple[str, ...] = (),
        either_header: bool = False,
    ) -> None:
        """Send `method path` to the function, after the authorizer has agreed.

        A body without the fields that it `needs` goes no further. The key is in `Authorization`;
        with `either_header` it may be in `x-api-key` instead.
        """
        resource = self.api.root.resource_for_path(path)
        resource.add_method(
            method,
            _integration(handler),
            authorizer=self._either_header if either_header else self._authorizer,
            authorization_type=apigateway.AuthorizationType.CUSTOM,
            request_validator=self._body.validator if needs else None,
            request_models=self._body.models(needs) if needs else None,
        )
        if self._origins:
            _add_preflight(resource, method, self._origins)


def _reached_through(endpoint: PrivateEndpoint | None) -> apigateway.EndpointConfiguration:
    if endpoint is None:
        return apigateway.EndpointConfiguration(types=[apigateway.EndpointType.REGIONAL])
    return apigateway.EndpointConfiguration(
        types=[apigateway.EndpointType.PRIVATE], vpc_endpoints=[endpoint.endpoint]
    )


def _stage(edge: Api, access_log: LogGroup) -> apigateway.StageOptions:
    return apigateway.StageOptions(
        stage_name="api",
        access_log_destination=apigateway.LogGroupLogDestination(access_log),
        access_log_format=ACCESS_LOG,
        throttling_rate_limit=edge.requests_per_second,
        throttling_burst_limit=edge.burst,
        tracing_enabled=edge.tracing or None,
    )


def _integration(handler: Handler) -> apigateway.LambdaIntegration:
    if not handler.streams:
        return apigateway.LambdaIntegration(handler.live)
    return apigateway.LambdaIntegration(
        handler.live,
        response_transfer_mode=apigateway.ResponseTransferMode.STREAM,
        timeout=handler.timeout,
    )


def _add_preflight(resource: apigateway.IResource, method: str, origins: Iterable[str]) -> None:
    """A browser asks before it shows a key, so this alone is answered to everybody."""
    resource.add_cors_preflight(
        allow_origins=list(origins),
        allow_methods=[method],
        # The clients' own headers are many; "*" stands for all of them but this one.
        allow_headers=["*", "authorization"],
        max_age=Duration.hours(1),
    )
