"""What botocore would send: the prepared request, caught before it leaves."""

from __future__ import annotations

import functools
from typing import Any

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse


def prepared(service: str, operation: str, region: str, **parameters: Any) -> AWSPreparedRequest:
    client = _session().create_client(service, region_name=region)
    caught: list[AWSPreparedRequest] = []

    def catch(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        caught.append(request)
        # An error, since what a success must hold differs from one operation to the next.
        return AWSResponse(request.url, 400, {}, _NoBody())

    client.meta.events.register("before-send", catch)
    try:
        client._make_api_call(operation, parameters)
    except client.exceptions.ClientError:
        return caught[0]
    raise AssertionError("botocore took an empty answer with status 400 for a success")


@functools.cache
def _session() -> botocore.session.Session:
    """Kept for its service models; each client still reads the environment anew."""
    return botocore.session.Session()


class _NoBody:
    def stream(self) -> list[bytes]:
        return []
