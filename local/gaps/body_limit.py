"""Closes gap 9 of local-cloud.md, its second half: API Gateway takes 10 MB, and says 413 to more.

Nothing stays approximate: the answer is the API's own gateway response for it, before the
authorizer is asked.
"""

from typing import Any

from ministack.services import apigateway_v1

LIMIT_BYTES = 10 * 1024 * 1024


def close() -> None:
    """Measure the body once the API and its stage are known."""
    execute = apigateway_v1._execute_in_scope

    async def measured(request: dict[str, Any], api_id: str, stage: str, *rest: Any) -> Any:
        stages = apigateway_v1._stages_v1.get(api_id, {})
        _, _, _, body, *_ = rest
        if len(body or b"") > LIMIT_BYTES and stage in stages:
            request["stage"] = stages[stage]
            return apigateway_v1._gw_error("REQUEST_TOO_LARGE", "Request Too Long")
        return await execute(request, api_id, stage, *rest)

    apigateway_v1._execute_in_scope = measured
