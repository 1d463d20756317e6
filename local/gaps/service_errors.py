"""An error that one of our Bedrock operations answers with, as the JSON protocols send it."""

import json

from local.gaps.calls import Reply

STATUS = {
    "ValidationException": 400,
    "ServiceQuotaExceededException": 400,
    "AccessDeniedException": 403,
    "NotFoundException": 404,
    "ResourceNotFoundException": 404,
    "UnknownOperationException": 404,
    "ModelTimeoutException": 408,
    "ConflictException": 409,
    "ModelErrorException": 424,
    "ServiceUnavailableException": 503,
}


class ServiceError(Exception):
    """The error's code, which decides its HTTP status, and its text."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code

    @property
    def reply(self) -> Reply:
        """What the client gets."""
        headers = {"Content-Type": "application/json", "x-amzn-errortype": self.code}
        body = {"__type": self.code, "message": str(self)}
        return STATUS[self.code], headers, json.dumps(body).encode()


def not_emulated(what: str, instead: str) -> ServiceError:
    """A loud refusal, where a made-up answer would be taken for a real one."""
    text = f"{what} is not emulated by the embedded AWS: {instead}"
    return ServiceError("ValidationException", text)
