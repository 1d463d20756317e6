"""The edge of a platform: throttles, limits, and what is off unless an environment declares it."""

from ipaddress import IPv4Network
from typing import Annotated

from pydantic import AfterValidator, Field, StrictBool, ValidationInfo, field_validator

from config.frozen import Frozen, Whole

# Those that CloudWatch Logs offers, up to two years.
RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731)


def _retention(days: int) -> int:
    if days not in RETENTIONS:
        raise ValueError(f"one of {list(RETENTIONS)}, which CloudWatch Logs offers")
    return days


def _network(text: str) -> str:
    try:
        network = IPv4Network(text)
    except ValueError:
        raise ValueError('an IPv4 network such as "10.0.0.0/16", as the VPC has it') from None
    if not 16 <= network.prefixlen <= 28:
        raise ValueError("the network of a VPC, from /16 to /28")
    return text


def _distinct(ids: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(ids)) < len(ids):
        raise ValueError("one subnet stands here twice: name one for each availability zone")
    return ids


LogRetention = Annotated[Whole, AfterValidator(_retention)]
Origin = Annotated[str, Field(pattern=r"^https://[a-z0-9.-]+(:[0-9]+)?$")]
HostName = Annotated[
    str, Field(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$", max_length=253)
]
Certificate = Annotated[
    str, Field(pattern=r"^arn:aws:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]{36}$")
]
Vpc = Annotated[str, Field(pattern=r"^vpc-([0-9a-f]{8}|[0-9a-f]{17})$")]
Subnet = Annotated[str, Field(pattern=r"^subnet-([0-9a-f]{8}|[0-9a-f]{17})$")]
Subnets = Annotated[tuple[Subnet, ...], Field(min_length=1), AfterValidator(_distinct)]


class Domain(Frozen):
    """A name of one's own for the API, and its ACM certificate in the environment's region."""

    name: HostName
    certificate_arn: Certificate


class Private(Frozen):
    """An existing VPC that alone may reach the API; `cidr` is whose calls its endpoint lets in."""

    vpc_id: Vpc
    subnet_ids: Subnets
    cidr: Annotated[str, AfterValidator(_network)]


class Concurrency(Frozen):
    """How many events each function works on at once; the account keeps these for it alone."""

    authorizer: Whole = Field(ge=1)
    chat: Whole = Field(ge=1)
    embeddings: Whole = Field(ge=1)
    search: Whole = Field(ge=1)
    models: Whole = Field(ge=1)
    usage: Whole = Field(ge=1)


class Api(Frozen):
    """Throttles are in requests per second, retention is in days.

    `timeout_seconds` holds for the routes that stream; the others have 29 seconds at most.
    """

    requests_per_second: Whole = Field(ge=1, le=10_000)
    burst: Whole = Field(ge=1, le=5_000)
    concurrency: Concurrency
    max_body_bytes: Whole = Field(ge=1_024, le=5_000_000)  # Lambda takes 6 MB, base64 included
    timeout_seconds: Whole = Field(default=29, ge=5, le=900)  # Lambda's longest
    cors_origins: tuple[Origin, ...] = ()
    log_retention_days: LogRetention
    waf: StrictBool = False
    tracing: StrictBool = False
    domain: Domain | None = None
    private: Private | None = None

    @field_validator("private")
    @classmethod
    def _has_no_domain(cls, private: Private | None, info: ValidationInfo) -> Private | None:
        if private and info.data.get("domain"):
            raise ValueError(
                "leave out this table or [api.domain]: a private API is called by its own name "
                "inside the VPC; AWS gives private names with another resource, which is not made"
            )
        return private
