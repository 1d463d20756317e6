"""The matrix: every environment of the repository, with every switch the other way."""

from collections.abc import Callable, Mapping
from typing import Any

from config.access import Access, AnthropicForm
from config.delivery import Delivery
from config.edge import Domain, Private
from config.load import environment_names, load_environment
from config.network import Network, NewVpc, PrefixLists
from config.schema import Environment

CERTIFICATE = "arn:aws:acm:us-east-1:111111111111:certificate/01234567-89ab-cdef-0123-456789abcdef"
DOMAIN = Domain(name="ai.example.com", certificate_arn=CERTIFICATE)
PRIVATE = Private(
    vpc_id="vpc-0123456789abcdef0",
    subnet_ids=("subnet-0123456789abcdef0", "subnet-0123456789abcdef1"),
    cidr="10.20.0.0/16",
)
NETWORK = Network(
    vpc=NewVpc(cidr="10.60.0.0/16", zones=("use1-az4", "use1-az6")),
    prefix_lists=PrefixLists(s3="pl-63a5400a", dynamodb="pl-02cd2c6b"),
)
ACCESS = Access(
    accept_agreements=True,
    anthropic=AnthropicForm(
        company_name="Example AG",
        company_website="https://example.com",
        intended_users="both",
        industry="Retail",
        use_cases="Answers from our handbook.",
    ),
)
DELIVERY = Delivery(
    repository="acme/platform",
    oidc_provider="create",
    ledger_lock="compliance",
    ledger_lock_days=2_557,
)

Variant = Callable[[Environment], Environment]


def _edge(**changes: Any) -> Variant:
    return lambda e: e.model_copy(update={"api": e.api.model_copy(update=changes)})


def _with(**changes: Any) -> Variant:
    return lambda e: e.model_copy(update=changes)


def _own_profiles(environment: Environment) -> Environment:
    tenants = {
        name: tenant.model_copy(update={"own_profiles": True})
        for name, tenant in environment.tenants.items()
    }
    return environment.model_copy(update={"tenants": tenants})


VARIANTS: Mapping[str, Variant] = {
    "a firewall": _edge(waf=True),
    "traced": _edge(tracing=True),
    "for browsers": _edge(cors_origins=("https://chat.example.com",)),
    "a domain of its own": _edge(domain=DOMAIN),
    "a private API": _edge(private=PRIVATE),
    "access to models": _with(access=ACCESS),
    "delivered by workflows": _with(delivery=DELIVERY),
    "profiles of their own": _own_profiles,
    "an isolated network": _with(network=NETWORK),
}
# A private API has no domain, and in a network functions lack what is accepted of those outside.
_APART = ("a private API", "an isolated network")
_TOGETHER = [variant for name, variant in VARIANTS.items() if name not in _APART]


def matrix() -> Mapping[str, list[Environment]]:
    """Each variant of each environment of the repository; they are valid as those are."""
    names = environment_names()
    return {
        name: [variant(load_environment(each)) for each in names]
        for name, variant in VARIANTS.items()
    }


def everything_on(name: str) -> Environment:
    environment = load_environment(name)
    for variant in _TOGETHER:
        environment = variant(environment)
    return environment


def isolated(name: str) -> Environment:
    """Every switch, inside a network."""
    return VARIANTS["an isolated network"](everything_on(name))
