"""The ways out of an isolated network: what functions call, on what, and in which environments.

tests/stacks/test_network.py holds this to what the functions' roles may do.
"""

from collections.abc import Callable
from dataclasses import dataclass

from config.schema import Environment


@dataclass(frozen=True)
class Endpoint:
    """One AWS service, by the name of its endpoint; a gateway is a route, and free.

    `resources` leave open the partition, region and account, and the prefix of our stores' names.
    """

    service: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    needed: Callable[[Environment], bool] = lambda _: True
    gateway: bool = False


def _has_bases(environment: Environment) -> bool:
    return bool(environment.knowledge_bases)


def _changes_the_account(environment: Environment) -> bool:
    return bool(environment.access or environment.invocation_logging)


_OWN = "arn:{partition}:bedrock:{region}:{account}"
ENDPOINTS = (
    Endpoint(
        "dynamodb",
        actions=tuple(f"dynamodb:{verb}Item" for verb in ("Delete", "Get", "Put", "Update")),
        resources=("arn:{partition}:dynamodb:{region}:{account}:table/{prefix}*",),
        gateway=True,
    ),
    Endpoint(
        "s3",
        actions=("s3:GetObject", "s3:PutObject"),
        resources=("arn:{partition}:s3:::{prefix}*/*",),
        gateway=True,
    ),
    Endpoint(
        "kms",
        actions=("kms:GenerateMac",),
        resources=("arn:{partition}:kms:{region}:{account}:key/*",),
    ),
    # A profile sends a request to other regions behind this endpoint, never past it.
    Endpoint(
        "bedrock-runtime",
        actions=(
            "bedrock:ApplyGuardrail",
            "bedrock:InvokeModel",
            "bedrock:InvokeModelWithResponseStream",
        ),
        resources=(
            "arn:{partition}:bedrock:*::foundation-model/*",
            "arn:{partition}:bedrock:*:{account}:*",
        ),
    ),
    Endpoint(
        "bedrock-agent-runtime",
        actions=("bedrock:Retrieve",),
        resources=(f"{_OWN}:knowledge-base/*",),
        needed=_has_bases,
    ),
    # Documents that changed become ingestion jobs, or wait in the queue.
    Endpoint(
        "bedrock-agent",
        actions=(
            "bedrock:GetIngestionJob",
            "bedrock:ListIngestionJobs",
            "bedrock:ListKnowledgeBaseDocuments",
            "bedrock:StartIngestionJob",
            "bedrock:StopIngestionJob",
        ),
        resources=(f"{_OWN}:knowledge-base/*",),
        needed=_has_bases,
    ),
    Endpoint(
        "sqs",
        actions=("sqs:SendMessage",),
        resources=("arn:{partition}:sqs:{region}:{account}:*",),
        needed=_has_bases,
    ),
    # Agreements and the one logging configuration are the account's: they know no resource.
    Endpoint(
        "bedrock",
        actions=(
            "bedrock:CreateFoundationModelAgreement",
            "bedrock:DeleteModelInvocationLoggingConfiguration",
            "bedrock:GetFoundationModelAvailability",
            "bedrock:GetModelInvocationLoggingConfiguration",
            "bedrock:GetUseCaseForModelAccess",
            "bedrock:ListFoundationModelAgreementOffers",
            "bedrock:PutModelInvocationLoggingConfiguration",
            "bedrock:PutUseCaseForModelAccess",
        ),
        resources=("*",),
        needed=_changes_the_account,
    ),
    Endpoint(
        "xray",
        actions=("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
        resources=("*",),
        needed=lambda environment: environment.api.tracing,
    ),
)


def endpoints_of(environment: Environment, *, gateway: bool) -> tuple[Endpoint, ...]:
    """Those that the environment's functions need: the free ones, or those that are paid."""
    return tuple(e for e in ENDPOINTS if e.gateway == gateway and e.needed(environment))
