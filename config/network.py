"""A network without internet for the functions: a new VPC, or subnets of one that exists."""

from ipaddress import IPv4Network
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from config.edge import Subnets, Vpc
from config.frozen import Frozen

# A subnet has at least 16 addresses, and the VPC is cut into eight.
SUBNETS_BITS = 3


def _private(text: str) -> str:
    try:
        network = IPv4Network(text)
    except ValueError:
        raise ValueError('an IPv4 network such as "10.60.0.0/16"') from None
    if not 16 <= network.prefixlen <= 24:
        raise ValueError("a network from /16 to /24: every zone gets an eighth of it")
    if not network.is_private:
        raise ValueError("a private network, such as one within 10.0.0.0/8")
    return text


def _distinct(zones: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(zones)) < len(zones):
        raise ValueError("one zone stands here twice: name each once")
    return zones


# Names such as us-east-1a mean another zone in every account; ids do not.
ZoneId = Annotated[str, Field(pattern=r"^[a-z]{3,5}[0-9]-az[0-9]$")]
Zones = Annotated[tuple[ZoneId, ...], Field(min_length=2, max_length=6), AfterValidator(_distinct)]
PrefixList = Annotated[str, Field(pattern=r"^pl-([0-9a-f]{8}|[0-9a-f]{17})$")]
RouteTable = Annotated[str, Field(pattern=r"^rtb-([0-9a-f]{8}|[0-9a-f]{17})$")]


class NewVpc(Frozen):
    """A VPC of the platform's own, with a private subnet in each zone and no way out."""

    cidr: Annotated[str, AfterValidator(_private)]
    zones: Zones

    @property
    def subnet_cidrs(self) -> tuple[str, ...]:
        """The networks of the subnets, one for each zone."""
        parts = IPv4Network(self.cidr).subnets(prefixlen_diff=SUBNETS_BITS)
        return tuple(str(part) for part, _ in zip(parts, self.zones, strict=False))


class ExistingVpc(Frozen):
    """Subnets of a VPC that somebody else keeps free of internet, and their route tables."""

    vpc_id: Vpc
    subnet_ids: Subnets
    route_table_ids: Annotated[tuple[RouteTable, ...], Field(min_length=1)]


class PrefixLists(Frozen):
    """AWS's own lists of the addresses of S3 and DynamoDB in the region: the same for everybody.

    Security groups name them by id, which CloudFormation cannot look up.
    """

    s3: PrefixList
    dynamodb: PrefixList


class Network(Frozen):
    """Where the functions stand; what they reach is in `config/endpoints.py`."""

    vpc: NewVpc | None = None
    existing: ExistingVpc | None = None
    prefix_lists: PrefixLists

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.vpc is None) == (self.existing is None):
            raise ValueError("either [network.vpc], a new one, or [network.existing], and not both")
        return self

    @property
    def zone_count(self) -> int:
        """In how many availability zones each interface endpoint stands and is paid."""
        return len(
            self.vpc.zones if self.vpc else self.existing.subnet_ids if self.existing else ()
        )
