"""What any AWS client needs in its environment to reach the embedded AWS, and nothing else."""

import os
from collections.abc import Mapping

from local.state import Home, recall

# Any of these would send a client elsewhere, or sign as somebody else.
CONFUSING = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
)


def client_environment(home: Home, region: str) -> dict[str, str]:
    """The variables to set, for this process's environment without what would mislead.

    The result is whole: give it as `env=` to a child. The key pair is the account's root, as
    the embedded AWS has it; roles are assumed from there.
    """
    endpoint = f"https://localhost:{recall(home).ports['cloud']}"
    return {**_inherited(os.environ), **trust(home), **_account(endpoint, region)}


def trust(home: Home) -> dict[str, str]:
    """Who is trusted: this authority alone, under every name that clients look for."""
    names = ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
    return dict.fromkeys(names, str(home.ca_file))


def _inherited(environment: Mapping[str, str]) -> dict[str, str]:
    endpoints = ("AWS_ENDPOINT_URL_", "MINISTACK_")
    return {
        name: value
        for name, value in environment.items()
        if name not in CONFUSING and not name.startswith(endpoints)
    }


def _account(endpoint: str, region: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "localhost,127.0.0.1",
        "no_proxy": "localhost,127.0.0.1",
    }
