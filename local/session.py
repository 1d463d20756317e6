"""boto3 for the embedded AWS, as its account's root, whatever this process's environment says."""

from typing import Any

import boto3
from botocore.config import Config

from local.state import Home, recall


def client(home: Home, service: str, region: str) -> Any:
    """A stock boto3 client; stubs for every service would cost more than they tell."""
    return boto3.client(  # type: ignore[call-overload]
        service,
        region_name=region,
        endpoint_url=f"https://localhost:{recall(home).ports['cloud']}",
        verify=str(home.ca_file),
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(proxies={}, retries={"mode": "standard"}),
    )
