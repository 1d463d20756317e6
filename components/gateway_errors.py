"""What API Gateway itself answers, in the error shape that OpenAI's clients understand.

One answer serves all routes, so `/v1/messages` has OpenAI's shape here too.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

from aws_cdk import aws_apigateway as apigateway


class Answer(NamedTuple):
    """One answer of the edge: HTTP status, and OpenAI's error `type`, `code` and message.

    `id` is the construct's: CloudFormation would put a new one before it takes the old one away,
    and with it the answer itself.
    """

    id: str
    response: apigateway.ResponseType
    status: str
    type: str
    code: str
    message: str


Response = apigateway.ResponseType
INVALID, SERVER = "invalid_request_error", "server_error"

WRONG_KEY = (
    "Missing or wrong API key: send it as 'Authorization: Bearer sk-strata-...', or to "
    "/v1/messages as 'x-api-key: sk-strata-...'."
)

ANSWERS = (
    Answer(
        "InvalidApiKey",
        Response.UNAUTHORIZED,
        "401",
        INVALID,
        "invalid_api_key",
        WRONG_KEY,
    ),
    # The authorizer's word for a key that opens nothing (docs/decisions/0012-api-keys.md).
    Answer("Forbidden", Response.ACCESS_DENIED, "401", INVALID, "invalid_api_key", WRONG_KEY),
    Answer(
        "Blocked",
        Response.WAF_FILTERED,
        "403",
        INVALID,
        "blocked",
        "The firewall refused this request.",
    ),
    # What exactly is wrong API Gateway would tell in the caller's own words, so it is not asked.
    Answer(
        "InvalidBody",
        Response.BAD_REQUEST_BODY,
        "400",
        INVALID,
        "invalid_body",
        "The body must be a JSON object with 'model' and, depending on the route, 'messages' or "
        "'input'.",
    ),
    # API Gateway's name for a path or method that does not exist.
    Answer(
        "NotFound",
        Response.MISSING_AUTHENTICATION_TOKEN,
        "404",
        INVALID,
        "not_found",
        "No such route.",
    ),
    # Where no route matches, a bearer token is read as a signature, and as a broken one.
    Answer(
        "NoSuchRoute", Response.INVALID_SIGNATURE, "404", INVALID, "no_such_route", "No such route."
    ),
    Answer(
        "RequestTooLarge",
        Response.REQUEST_TOO_LARGE,
        "413",
        INVALID,
        "request_too_large",
        "The body is too large.",
    ),
    Answer(
        "RateLimitExceeded",
        Response.THROTTLED,
        "429",
        "rate_limit_error",
        "rate_limit_exceeded",
        "Too many requests: slow down and try again.",
    ),
    Answer(
        "BadGateway",
        Response.INTEGRATION_FAILURE,
        "502",
        SERVER,
        "bad_gateway",
        "The gateway did not answer.",
    ),
    Answer(
        "Timeout",
        Response.INTEGRATION_TIMEOUT,
        "504",
        SERVER,
        "timeout",
        "The gateway took too long.",
    ),
    Answer(
        "BadRequest", Response.DEFAULT_4_XX, "", INVALID, "bad_request", "The request was refused."
    ),
    Answer(
        "InternalError", Response.DEFAULT_5_XX, "", SERVER, "internal_error", "The gateway failed."
    ),
)


def add_error_answers(api: apigateway.RestApi, origins: Sequence[str]) -> None:
    """Give every answer of the table to the API; an empty status keeps API Gateway's own."""
    headers = {"x-request-id": "context.requestId", **_cors(origins)}
    for answer in ANSWERS:
        error = {
            "message": answer.message,
            "type": answer.type,
            "param": None,
            "code": answer.code,
        }
        api.add_gateway_response(
            f"Answer{answer.id}",
            type=answer.response,
            status_code=answer.status or None,
            response_headers=headers,
            templates={"application/json": json.dumps({"error": error})},
        )


def _cors(origins: Sequence[str]) -> dict[str, str]:
    """Here a header is fixed or copied from the request: of several origins none can be chosen."""
    if len(origins) != 1:
        return {}
    return {"access-control-allow-origin": f"'{origins[0]}'", "vary": "'origin'"}
