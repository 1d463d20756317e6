"""What a body must have before any function is called: a JSON object with the fields named.

Everything else about it the gateway itself judges (gateway/shape.py), which names what is wrong.
"""

from aws_cdk import aws_apigateway as apigateway

Schema = apigateway.JsonSchema


class BodyCheck:
    """One validator for the API, and one model for each set of fields that a route needs."""

    def __init__(self, api: apigateway.RestApi) -> None:
        self._api = api
        self._models: dict[tuple[str, ...], apigateway.Model] = {}
        self.validator = api.add_request_validator(
            "BodyValidator", validate_request_body=True, validate_request_parameters=True
        )

    def models(self, needs: tuple[str, ...]) -> dict[str, apigateway.IModel]:
        """The models of a method whose body must have these fields."""
        if needs not in self._models:
            self._models[needs] = self._api.add_model(
                "BodyWith" + "And".join(map(str.title, needs)),
                schema=Schema(
                    schema=apigateway.JsonSchemaVersion.DRAFT4,
                    type=apigateway.JsonSchemaType.OBJECT,
                    required=list(needs),
                ),
            )
        return {"application/json": self._models[needs]}
