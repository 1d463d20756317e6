"""What may be replaced: guardrails, inference profiles, the handlers and the API over them."""

from collections.abc import Mapping

from aws_cdk import Stack
from constructs import Construct

from components.enforced_guardrail import EnforcedGuardrail
from components.guarded_models import GuardedModels, deny_unguarded
from components.guardrail import Guardrail
from components.handler import Handler
from components.handler_code import HandlerCode
from components.inference import Inference, deny_other_endpoints, grant_embed
from components.knowledge_base import Retrieval
from config.models import Target
from config.policy import calls
from config.schema import Environment
from stacks.bases import keep_in_sync, knowledge_bases
from stacks.foundation import Foundation
from stacks.front import announce, front, protect
from stacks.knowledge import Knowledge
from stacks.names import store_name
from stacks.releases import release
from stacks.settings import deployed, made_of, settings


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
        bases = knowledge_bases(self, environment, knowledge)
        self._deployed = self.to_json_string(deployed(guardrails, inference, bases))

        authorizer = self._handler("Authorizer", "authorizer")
        chat = self._handler("Chat", "chat", streams=True)
        embeddings = self._handler("Embeddings", "embeddings")
        search = self._handler("Search", "search")
        models = self._handler("Models", "models")
        usage = self._handler("Usage", "usage")

        foundation.keys.grant_get(authorizer.role)
        foundation.keys_mac.grant_generate(authorizer.role)
        for asks in (chat, embeddings, search):
            foundation.usage.grant_update(asks.role)
            foundation.answers.grant_read_write(asks.role)
            if environment.bedrock_mantle == "deny":
                deny_other_endpoints(asks.role)
        foundation.usage.grant_get(usage.role)
        self._allow_models(chat, guardrails, inference)
        for kind, handler in (("chat", chat), ("embedding", embeddings)):
            for name in self._environment.guardrails_of(kind):
                guardrails[name].grant_apply(handler.role)
        for name in environment.searched_under:
            guardrails[name].grant_apply(search.role)
        if bases:
            searchers = (chat, search)
            retrieval = Retrieval(
                self, bases=list(bases.values()), roles=[each.role for each in searchers]
            )
            sync = keep_in_sync(self, environment, bases, stores=knowledge, key=foundation.key)
            # A changed knowledge base is asked when it may be, and when it is full.
            for each in searchers:
                each.function.node.add_dependency(retrieval, sync.first)
        if enforced := environment.enforced_guardrail:
            callers = [chat.role, embeddings.role, *(base.role for base in bases.values())]
            EnforcedGuardrail(self, "Enforced", guardrail=guardrails[enforced], callers=callers)
        grant_embed(self, embeddings.role, self._embedding_targets())

        api = front(self, environment, key=foundation.key, authorizer=authorizer)
        api.route("POST", "/v1/chat/completions", chat, needs=("model", "messages"))
        api.route("POST", "/v1/responses", chat, needs=("model", "input"))
        api.route("POST", "/v1/messages", chat, needs=("model", "messages"), either_header=True)
        api.route("POST", "/v1/embeddings", embeddings, needs=("model", "input"))
        api.route("POST", "/v1/knowledge/{name}/search", search, needs=("query",))
        api.route("GET", "/v1/models", models)
        api.route("GET", "/v1/models/{alias}", models)
        api.route("GET", "/v1/openapi.json", models)
        api.route("GET", "/v1/usage", usage)
        release(self, environment, (authorizer, chat, embeddings, search, models, usage))
        protect(self, environment, api, key=foundation.key)
        announce(self, environment, api)

    def _guardrails(self) -> dict[str, Guardrail]:
        scope = Construct(self, "Guardrails")
        return {
            name: Guardrail(
                scope,
                name,
                name=store_name(self._environment, name),
                policy=policy,
                key=self._key,
            )
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

    def _allow_models(
        self,
        chat: Handler,
        guardrails: Mapping[str, Guardrail],
        inference: Mapping[str, Inference],
    ) -> None:
        deny_unguarded(chat.role, [guardrails[n] for n in self._environment.guardrails_of("chat")])
        scope = Construct(self, "GuardedModels")
        for name, batches in calls(self._environment).items():
            routes = [[inference[key].routes[at] for key, at in batch] for batch in batches]
            models = GuardedModels(
                scope, name, guardrail=guardrails[name], routes=routes, role=chat.role
            )
            # The new function starts after it may call; the old one may, until it is gone.
            chat.function.node.add_dependency(models)

    def _embedding_targets(self) -> list[Target]:
        aliases = self._environment.aliases.values()
        return [
            t for alias in aliases if alias.model.model.kind == "embedding" for t in alias.targets
        ]

    def _handler(self, id: str, module: str, *, streams: bool = False) -> Handler:
        return Handler(
            self,
            id,
            module=module,
            code=self._code,
            deployed=self._deployed,
            made_of=made_of(self._environment),
            key=self._key,
            edge=self._environment.api,
            streams=streams,
        )
