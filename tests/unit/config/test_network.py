"""A network without internet is declared whole, or refused with its field and the remedy."""

import re
import tomllib
from textwrap import dedent

import pytest

from config.cost import PRICES, idle
from config.endpoints import endpoints_of
from config.errors import ConfigError
from config.load import ENVIRONMENTS, load_catalogue, load_environment, parse_environment
from config.schema import Environment

DEV = (ENVIRONMENTS / "dev.toml").read_text(encoding="utf-8")
NEW = """
[network]
vpc = { cidr = "10.60.0.0/16", zones = ["use1-az4", "use1-az6"] }
prefix_lists = { s3 = "pl-63a5400a", dynamodb = "pl-02cd2c6b" }
"""
EXISTING = """
[network]
prefix_lists = { s3 = "pl-63a5400a", dynamodb = "pl-02cd2c6b" }

[network.existing]
vpc_id = "vpc-0123456789abcdef0"
subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
route_table_ids = ["rtb-0123456789abcdef0"]
"""


def parse(tables: str) -> Environment:
    return parse_environment("dev", DEV + tables, load_catalogue())


def test_a_new_vpc_is_cut_into_eighths_one_for_each_zone():
    network = parse(NEW).network
    assert network and network.vpc and network.zone_count == 2
    assert network.vpc.subnet_cidrs == ("10.60.0.0/19", "10.60.32.0/19")


def test_an_existing_vpc_has_a_zone_for_each_subnet():
    network = parse(EXISTING).network
    assert network and network.existing and network.zone_count == 2


def test_the_samples_of_the_page_that_explains_it_are_some():
    page = ENVIRONMENTS.parents[1] / "docs/howto/isolated-network.md"
    samples = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    new, existing = (parse(f"\n{dedent(each)}").network for each in samples)
    assert new and new.vpc and existing and existing.existing


# What stands in the file, what it becomes, the field that is named, and a part of the remedy.
MISTAKES = {
    "a network of the world": (NEW, "10.60.0.0/16", "52.0.0.0/16", "vpc.cidr", "10.0.0.0/8"),
    "a network with host bits": (NEW, "10.60.0.0", "10.60.0.1", "vpc.cidr", "10.60.0.0/16"),
    "no network": (NEW, '"10.60.0.0/16"', '"main"', "vpc.cidr", "10.60.0.0/16"),
    "too small a network": (NEW, "0.0/16", "0.0/25", "vpc.cidr", "from /16 to /24"),
    "a zone by its name": (NEW, "use1-az4", "us-east-1a", "vpc.zones.0", "pattern"),
    "one zone": (NEW, '"use1-az4", ', "", "vpc.zones", "at least 2 items"),
    "a zone twice": (NEW, "use1-az4", "use1-az6", "vpc.zones", "name each once"),
    "no VPC at all": (NEW, "vpc =", "# vpc =", "", "either [network.vpc]"),
    "two VPCs": (
        EXISTING,
        "[network]\n",
        '[network]\nvpc = { cidr = "10.60.0.0/16", zones = ["use1-az4", "use1-az6"] }\n',
        "",
        "not both",
    ),
    "a list of another kind": (NEW, "pl-63a5400a", "s3", "prefix_lists.s3", "pattern"),
    "no list": (NEW, ', dynamodb = "pl-02cd2c6b"', "", "prefix_lists.dynamodb", "required"),
    "no lists": (NEW, "prefix_lists", "# prefix_lists", "prefix_lists", "required"),
    "a VPC that is no id": (EXISTING, "vpc-0123", "main-0123", "existing.vpc_id", "pattern"),
    "a subnet twice": (EXISTING, "cdef1", "cdef0", "existing.subnet_ids", "one for each"),
    "no route table": (
        EXISTING,
        '"rtb-0123456789abcdef0"',
        "",
        "existing.route_table_ids",
        "at least 1 item",
    ),
    "a typo": (NEW, "zones", "zone", "vpc.zone", "no such field"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_with_its_field_and_remedy(mistake):
    text, given, becomes, field, remedy = MISTAKES[mistake]
    assert given in text
    with pytest.raises(ConfigError) as refused:
        parse(text.replace(given, becomes, 1))
    named = {p.field: p.expected for p in refused.value.problems}
    assert remedy in named[f"network.{field}" if field else "network"]


def endpoint_usd(environment: Environment) -> float:
    prices = tomllib.loads(PRICES.read_text(encoding="utf-8"))
    return sum(line.usd or 0 for line in idle(environment, prices) if "endpoint" in line.what)


@pytest.mark.parametrize("tables", [NEW, EXISTING])
def test_a_network_costs_its_interface_endpoints_in_each_zone_and_gateways_nothing(tables):
    inside = parse(tables)
    paid = [each.service for each in endpoints_of(inside, gateway=False)]
    assert {"kms", "bedrock-runtime", "bedrock-agent-runtime", "bedrock"} <= {*paid}
    assert endpoint_usd(inside) == pytest.approx(7.30 * 2 * len(paid))
    assert endpoint_usd(load_environment("dev")) == 0


def test_tracing_has_an_endpoint_of_its_own():
    environment = parse(NEW)
    traced = environment.api.model_copy(update={"tracing": True})
    paid = endpoint_usd(environment.model_copy(update={"api": traced}))
    assert paid == pytest.approx(endpoint_usd(environment) + 2 * 7.30)
