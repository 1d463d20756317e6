"""Closes a gap beyond local-cloud.md: a body is validated where a template says so.

MiniStack validates as API Gateway does, for methods and validators that calls of the API made;
those of a template it takes and forgets. Nothing stays approximate.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import apigateway_v1
from ministack.services.cloudformation import provisioners

Properties = Mapping[str, Any]


def close() -> None:
    """Keep what the template says, when it is made and when it changes."""
    for kind, keep in {"RequestValidator": _keep_validator, "Method": _keep_choice}.items():
        handlers = provisioners._RESOURCE_HANDLERS[f"AWS::ApiGateway::{kind}"]
        handlers["create"] = _then(handlers["create"], keep, position=1)
        handlers["update"] = _then(handlers["update"], keep, position=2)


def _then(
    provision: Callable[..., Any], keep: Callable[[str, Properties], None], position: int
) -> Callable[..., Any]:
    def provisioned(*arguments: Any) -> Any:
        made = provision(*arguments)
        keep(made[0], arguments[position])
        return made

    return provisioned


def _keep_validator(id: str, properties: Properties) -> None:
    validator = {
        "id": id,
        "name": properties.get("Name", ""),
        "validateRequestBody": properties.get("ValidateRequestBody", False),
        "validateRequestParameters": properties.get("ValidateRequestParameters", False),
    }
    apigateway_v1._request_validators.setdefault(properties["RestApiId"], {})[id] = validator


def _keep_choice(_: str, properties: Properties) -> None:
    resource = apigateway_v1._resources[properties["RestApiId"]][properties["ResourceId"]]
    method = resource["resourceMethods"][properties["HttpMethod"]]
    method["requestValidatorId"] = properties.get("RequestValidatorId")
