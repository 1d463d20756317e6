"""Closes gap 7 of local-cloud.md: a route that streams its answer calls its function at all.

Approximate: the function's `handler` answers, and its answer arrives whole; the wrapper that would
start our own runtime is ignored. So a function that cannot stream is not found out here, where AWS
answers 500.
"""

from ministack.services import apigateway_v1

STREAMING, BUFFERED = "/response-streaming-invocations", "/invocations"


def close() -> None:
    """Read the URI of a streaming integration as that of the same function's usual one."""
    find = apigateway_v1._extract_lambda_ref_from_integration_uri

    def find_function(uri: str) -> str:
        function: str = find((uri or "").replace(STREAMING, BUFFERED))
        return function

    apigateway_v1._extract_lambda_ref_from_integration_uri = find_function
