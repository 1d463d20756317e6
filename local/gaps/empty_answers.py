"""Closes a gap beyond local-cloud.md: an answer of 204 has no body, so a browser's preflight works.

MiniStack sends "{}" with it, which HTTP/2 clients take for a broken stream. Nothing stays
approximate.
"""

from collections.abc import Mapping
from typing import Any

from ministack.services import apigateway_v1

NO_CONTENT = 204


def close() -> None:
    """Take the body off a mocked answer that may have none."""
    invoke = apigateway_v1._invoke_mock_v1

    def invoke_mock(integration: Mapping[str, Any]) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = invoke(integration)
        return status, headers, b"" if status == NO_CONTENT else body

    apigateway_v1._invoke_mock_v1 = invoke_mock
