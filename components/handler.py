"""A Lambda function of the request path, with its own role and its own log group."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from components.handler_code import HandlerCode
from components.log_group import LogGroup
from config.edge import Api

# API Gateway gives an integration 29 seconds, unless it streams.
BUFFERED_SECONDS = 29
# Starts our runtime loop in the place of AWS's, which cannot stream Python (bedrock-2026 §8.2).
STREAM_WRAPPER = {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/stream_wrapper"}


class Handler(Construct):
    """The function that runs `gateway.<module>.handler`, or streams what its `respond` returns.

    `deployed` holds what only the deployment knows, as JSON: see `gateway/settings.py`. It is
    called by its alias `live`, a published version of it; `made_of` is text that changes whenever
    what `deployed` refers to may be replaced, for then a new version has to be published.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        module: str,
        code: HandlerCode,
        deployed: str,
        made_of: str,
        key: kms.IKey,
        edge: Api,
        streams: bool = False,
    ) -> None:
        super().__init__(scope, id)
        self.streams = streams
        most = edge.timeout_seconds if streams else min(edge.timeout_seconds, BUFFERED_SECONDS)
        self.timeout = Duration.seconds(most)
        log_group = LogGroup(self, "Logs", key=key, retention_days=edge.log_retention_days)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(self.role)
        self.function = lambda_.Function(
            self,
            "Function",
            handler=f"gateway.{module}.handler",
            code=code.code,
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            role=self.role,
            log_group=log_group,
            memory_size=512,
            reserved_concurrent_executions=getattr(edge.concurrency, module),
            timeout=self.timeout,
            # The role may then send traces, which IAM cannot limit to a resource.
            tracing=lambda_.Tracing.ACTIVE if edge.tracing else None,
            environment={"STRATA_DEPLOYED": deployed, **(STREAM_WRAPPER if streams else {})},
            environment_encryption=key,
            # A release can be taken back for as long as what it replaced is there.
            current_version_options=lambda_.VersionOptions(removal_policy=RemovalPolicy.RETAIN),
        )
        self.function.invalidate_version_based_on(made_of)
        self.live = lambda_.Alias(
            self, "Live", alias_name="live", version=self.function.current_version
        )
