"""What an account has once, or once in a region: two environments that declare it would fight."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from config.errors import Problem
from config.schema import Environment

# What of an environment's file declares each, and what the account has one of. To add another, name
# it here as the schema does; it is absent (None) in an environment that does not own it.
SINGLETONS: Mapping[str, str] = {
    "access": "form and one agreement for each model",
    "enforced_guardrail": "guardrail that is enforced on everybody",
    "invocation_logging": "configuration of invocation logging",
}


def twice_declared(environments: Iterable[Environment]) -> Iterator[Problem]:
    """A problem for every environment that declares what another one declares already."""
    known = list(environments)
    yield from _twice_in_a_region(known)
    yield from _twice_in_an_account(known)


def _twice_in_an_account(environments: Iterable[Environment]) -> Iterator[Problem]:
    """IAM knows no regions: an account trusts GitHub once."""
    owners: dict[str, str] = {}
    for environment in environments:
        if not environment.delivery or environment.delivery.oidc_provider == "existing":
            continue
        first = owners.setdefault(environment.account, environment.name)
        if first != environment.name:
            expected = f'"existing": {first}.toml creates the provider of {environment.account}'
            file = f"config/environments/{environment.name}.toml"
            yield Problem(file, "delivery.oidc_provider", "create", expected)


def _twice_in_a_region(environments: Iterable[Environment]) -> Iterator[Problem]:
    owners: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for environment in environments:
        for table in SINGLETONS:
            if getattr(environment, table) is not None:
                owners[table, environment.account, environment.region].append(environment.name)
    for (table, account, region), names in owners.items():
        yield from _problems(table, f"account {account} has one in {region}", names)


def _problems(table: str, place: str, names: list[str]) -> Iterator[Problem]:
    first, *others = names
    for name in others:
        expected = (
            f"leave [{table}] out here or in {first}.toml, which declares it: {place}, "
            f"{SINGLETONS[table]}, whatever environment made it"
        )
        yield Problem(f"config/environments/{name}.toml", table, "(declared)", expected)
