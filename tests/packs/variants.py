"""The matrix: every environment of the repository, with every switch the other way.

Switches of different parts are turned in one app, for an app takes four seconds to synthesize.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from config.access import Access, AnthropicForm
from config.delivery import Delivery
from config.edge import Domain, Private
from config.load import environment_names, load_catalogue, load_environment
from config.models import find_target
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

Switch = Callable[[Environment], Environment]


def _edge(**changes: Any) -> Switch:
    return lambda e: e.model_copy(update={"api": e.api.model_copy(update=changes)})


def _with(**changes: Any) -> Switch:
    return lambda e: e.model_copy(update=changes)


def _own_profiles(environment: Environment) -> Environment:
    tenants = {
        name: tenant.model_copy(update={"own_profiles": True})
        for name, tenant in environment.tenants.items()
    }
    return environment.model_copy(update={"tenants": tenants})


def _reranked(environment: Environment) -> Environment:
    reranker = find_target("cohere.rerank-v3-5:0", load_catalogue(), environment.region)
    bases = {
        name: base.model_copy(update={"rerank_model": reranker})
        for name, base in environment.knowledge_bases.items()
    }
    return environment.model_copy(update={"knowledge_bases": bases})


SWITCHES: Mapping[str, Switch] = {
    "a firewall": _edge(waf=True),
    "traced": _edge(tracing=True),
    "for browsers": _edge(cors_origins=("https://chat.example.com",)),
    "a domain of its own": _edge(domain=DOMAIN),
    "a private API": _edge(private=PRIVATE),
    "access to models": _with(access=ACCESS),
    "delivered by workflows": _with(delivery=DELIVERY),
    "profiles of their own": _own_profiles,
    "passages sorted again": _reranked,
    "an isolated network": _with(network=NETWORK),
}
# A private API has no domain, and in a network functions lack what is accepted of those outside.
MATRIX = (
    ("a firewall", "traced"),
    ("for browsers", "a domain of its own"),
    ("a private API",),
    ("access to models", "delivered by workflows"),
    ("profiles of their own", "passages sorted again"),
    ("an isolated network",),
)
_APART = ("a private API", "an isolated network")
_TOGETHER = [name for name in SWITCHES if name not in _APART]


def matrix() -> Mapping[str, list[Environment]]:
    """Each row of it in each environment of the repository; they are valid as those are."""
    return {
        ", ".join(row): [_turned(load_environment(each), row) for each in environment_names()]
        for row in MATRIX
    }


def everything_on(name: str) -> Environment:
    return _turned(load_environment(name), _TOGETHER)


def isolated(name: str) -> Environment:
    """Every switch, inside a network."""
    return _turned(everything_on(name), ["an isolated network"])


def _turned(environment: Environment, names: Iterable[str]) -> Environment:
    for name in names:
        environment = SWITCHES[name](environment)
    return environment
