"""The front door: a regional REST API with an authorizer, throttles and an access log."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from constructs import Construct

from components.gateway_errors import add_error_answers
from components.handler import Handler
from components.log_group import LogGroup

# Who called what and how it went: no header, no body, no query string, so no key and no prompt.
ACCESS_LOG = apigateway.AccessLogFormat.custom(
    '{"requestId":"$context.requestId","tenant":"$context.authorizer.tenant",'
    '"time":"$context.requestTimeEpoch","method":"$context.httpMethod",'
    '"route":"$context.resourcePath","status":"$context.status",'
    '"latencyMs":"$context.responseLatency","error":"$context.error.responseType"}'
)


class RestApi(Construct):
    """Routes are added by `route`; every one of them asks the authorizer first."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        authorizer: Handler,
        access_log: LogGroup,
        requests_per_second: int,
        burst: int,
    ) -> None:
        super().__init__(scope, id)
        self._authorizer = apigateway.RequestAuthorizer(
            self,
            "Authorizer",
            handler=authorizer.function,
            identity_sources=[apigateway.IdentitySource.header("Authorization")],
            results_cache_ttl=Duration.seconds(60),
        )
        self.api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=name,
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            # Access logs need the account's one CloudWatch role; another API may rely on it too.
            cloud_watch_role=True,
            cloud_watch_role_removal_policy=RemovalPolicy.RETAIN,
            deploy_options=apigateway.StageOptions(
                stage_name="api",
                access_log_destination=apigateway.LogGroupLogDestination(access_log),
                access_log_format=ACCESS_LOG,
                throttling_rate_limit=requests_per_second,
                throttling_burst_limit=burst,
            ),
        )
        add_error_answers(self.api)

    @property
    def base_url(self) -> str:
        """What an OpenAI client takes as `base_url`."""
        return self.api.url_for_path("/v1")

    def route(self, method: str, path: str, handler: Handler) -> None:
        """Send `method path` to the function, after the authorizer has agreed."""
        self.api.root.resource_for_path(path).add_method(
            method,
            apigateway.LambdaIntegration(handler.function),
            authorizer=self._authorizer,
            authorization_type=apigateway.AuthorizationType.CUSTOM,
        )
