"""boto3 for the embedded AWS, as its account's root, whatever this process's environment says."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import boto3
from botocore.config import Config

from local.state import Home, recall


@contextmanager
def client(home: Home, service: str, region: str) -> Iterator[Any]:
    """A stock boto3 client, closed at the end."""
    made = boto3.client(  # type: ignore[call-overload]
        service,
        region_name=region,
        endpoint_url=f"https://localhost:{recall(home).ports['cloud']}",
        verify=str(home.ca_file),
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(proxies={}, retries={"mode": "standard"}),
    )
    with closing(made):
        yield made
