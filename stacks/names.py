"""Names that outlive a deployment: a new one finds the old stores by them."""

from config.schema import Environment


def store_name(environment: Environment, store: str) -> str:
    """The name of a table or key: unique in an account and region."""
    return f"{bucket_prefix(environment)}{store}"


def bucket_prefix(environment: Environment) -> str:
    """How the names of all stores of one environment begin, and of no other's in the account."""
    return f"strata-{environment.name}-"


def bucket_name(environment: Environment, store: str) -> str:
    """The name of a bucket: unique in the world."""
    return f"{store_name(environment, store)}-{environment.account}-{environment.region}"
