"""What may be replaced: guardrails, inference profiles, the handlers and the API over them."""

from aws_cdk import CfnOutput, Duration, Stack
from constructs import Construct

from components.guardrail import Guardrail
from components.handler import Handler
from components.handler_code import HandlerCode
from components.inference import Inference, deny_other_endpoints
from components.log_group import LogGroup
from components.rest_api import RestApi
from config.schema import Environment
from stacks.foundation import Foundation
from stacks.knowledge import Knowledge
from stacks.names import store_name
from stacks.settings import deployed, settings

# API Gateway gives an integration 29 seconds.
TIMEOUT = Duration.seconds(29)


class Gateway(Stack):
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        foundation: Foundation,
        knowledge: Knowledge,
    ) -> None:
        super().__init__(scope, id, description="Strata: guardrails, models and the API")
        self._environment = environment
        self._key = foundation.key

        guardrails = self._guardrails()
        inference = self._inference()
        self._code = HandlerCode(self, "Code", settings=settings(environment))
        self._deployed = self.to_json_string(deployed(guardrails, inference, knowledge.bases))

        authorizer = self._handler("Authorizer", "authorizer")
        chat = self._handler("Chat", "chat")
        models = self._handler("Models", "models")

        foundation.keys.grant_get(authorizer.role)
        foundation.usage.grant_update(chat.role)
        for each in inference.values():
            each.grant_invoke(chat.role)
        if environment.bedrock_mantle == "deny":
            deny_other_endpoints(chat.role)
        for guardrail in guardrails.values():
            guardrail.grant_apply(chat.role)
        for base in knowledge.bases.values():
            base.grant_retrieve(chat.role)

        api = self._api(authorizer)
        api.route("POST", "/v1/chat/completions", chat)
        api.route("GET", "/v1/models", models)
        CfnOutput(self, "BaseUrl", value=api.base_url)
        CfnOutput(self, "ApiId", value=api.api.rest_api_id)

    def _guardrails(self) -> dict[str, Guardrail]:
        scope = Construct(self, "Guardrails")
        return {
            name: Guardrail(scope, name, name=store_name(self._environment, name), policy=policy)
            for name, policy in self._environment.guardrails.items()
        }

    def _inference(self) -> dict[str, Inference]:
        scope = Construct(self, "Aliases")
        return {
            key: Inference(
                scope,
                key,
                environment=self._environment.name,
                alias=alias,
                tenant=tenant,
                targets=targets,
            )
            for key, (alias, tenant, targets) in self._environment.inference.items()
        }

    def _handler(self, id: str, module: str) -> Handler:
        return Handler(
            self,
            id,
            module=module,
            code=self._code,
            deployed=self._deployed,
            key=self._key,
            timeout=TIMEOUT,
            log_retention_days=self._environment.api.log_retention_days,
        )

    def _api(self, authorizer: Handler) -> RestApi:
        api = self._environment.api
        return RestApi(
            self,
            "Front",
            name=store_name(self._environment, "gateway"),
            authorizer=authorizer,
            access_log=LogGroup(
                self, "AccessLog", key=self._key, retention_days=api.log_retention_days
            ),
            requests_per_second=api.requests_per_second,
            burst=api.burst,
        )
