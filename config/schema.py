"""The types of an environment and of what it declares: frozen values, no I/O, no CDK.

A file says `model = "us.amazon.nova-lite-v1:0"`; what comes out of `config.load` holds a `Target`,
resolved once against the catalogue. The IAM policies and the handlers' table are both made of it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, ValidationInfo

from config.access import Access
from config.delivery import Delivery
from config.edge import Api
from config.frozen import Frozen, Whole
from config.guardrail import Guardrail
from config.knowledge import KnowledgeBase
from config.models import Model, Target
from config.names import ModelId, Name, Region
from config.network import Network
from config.operations import Operations
from config.records import InvocationLogging, Trail


def _named(value: Any, info: ValidationInfo) -> Any:
    known = (info.context or {}).get("guardrails", {})
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError('names of files in config/guardrails, such as ["standard"]')
    if unknown := sorted({*value} - known.keys()):
        raise ValueError(f"no config/guardrails/{unknown[0]}.toml; there are {sorted(known)}")
    if len({*value}) < len(value):
        raise ValueError("one guardrail stands here twice: name each once")
    return {name: known[name] for name in value}


Guardrails = Annotated[Mapping[Name, Guardrail], BeforeValidator(_named)]


REFUSAL = "The documents do not answer this question."


class Alias(Frozen):
    """A purpose that applications call by name, and the models that serve it, in order."""

    description: str = Field(min_length=1)
    model: ModelId
    fallbacks: tuple[ModelId, ...] = ()
    guardrail: Name | None = None
    knowledge_base: Name | None = None
    passages: Whole = Field(default=4, ge=1, le=20)
    # What is said, and nothing besides, where the documents do not answer.
    refusal: str = Field(default=REFUSAL, min_length=1, max_length=200)
    # Whether a question that follows on others is first made one that stands alone.
    rewrite_question: StrictBool = False
    system_prompt: str = ""
    max_tokens: Whole | None = Field(default=None, ge=1)
    unsupported_parameters: Literal["drop", "reject"] = "reject"
    needs: tuple[Literal["images", "tools", "structured_output"], ...] = ()
    context_tokens: Whole | None = Field(default=None, ge=1)

    @property
    def targets(self) -> tuple[Target, ...]:
        """What may answer for this alias, in the order in which it is tried."""
        return (self.model, *self.fallbacks)


class Tenant(Frozen):
    """A team that calls the API: what it may call, how fast, for how much a month.

    Every tenant is told apart by the metadata of its requests. `own_profiles` gives it inference
    profiles of its own besides, which AWS's bill shows: ids that cost room, so the gate counts.
    """

    aliases: tuple[Name, ...] = Field(min_length=1)
    monthly_budget_usd: float = Field(gt=0, strict=True, allow_inf_nan=False)
    # Two writes a request to one row, of which DynamoDB takes 1,000 a second.
    requests_per_second: Whole = Field(ge=1, le=400)
    # Whose documents its keys may read; a key may be issued for fewer.
    groups: tuple[Name, ...] = Field(default=(), max_length=20)
    own_profiles: StrictBool = False


class Lifecycle(Frozen):
    """How many days before a model's end of life a check warns, and how many before it fails."""

    warn_days: Whole = Field(default=60, ge=0)
    fail_days: Whole = Field(default=14, ge=0)


class Environment(Frozen):
    """One deployed platform, complete: the diff of its file is the change to it."""

    # Part of bucket names, which AWS keeps to 63 characters.
    name: Annotated[Name, Field(max_length=12)]
    account: str = Field(pattern=r"^[0-9]{12}$")
    region: Region
    residency: tuple[Region, ...] = Field(min_length=1)
    access: Access | None = None
    api: Api
    aliases: Mapping[Name, Alias] = Field(min_length=1)
    guardrails: Guardrails
    # One policy names them all: components/knowledge_base.py.
    knowledge_bases: Mapping[Name, KnowledgeBase] = Field(max_length=20)
    tenants: Mapping[Name, Tenant] = Field(min_length=1)
    lifecycle: Lifecycle = Lifecycle()
    # Judges every call of a model in the account and region, whoever makes it.
    enforced_guardrail: Name | None = None
    invocation_logging: InvocationLogging | None = None
    trail: Trail | None = None
    network: Network | None = None
    delivery: Delivery | None = None
    operations: Operations = Operations()
    # Guardrails, profiles and invocation logs do not reach the Mantle endpoint or bearer tokens.
    bedrock_mantle: Literal["deny", "allow"] = "deny"

    @property
    def inference(self) -> Mapping[str, tuple[str, str | None, tuple[Target, ...]]]:
        """What is called through profiles of its own: key -> (alias, tenant, targets).

        The key is the alias, or `alias@tenant` for a tenant with profiles of its own.
        """
        chat = {n: a.targets for n, a in self.aliases.items() if a.model.model.kind == "chat"}
        found: dict[str, tuple[str, str | None, tuple[Target, ...]]] = {
            name: (name, None, targets) for name, targets in chat.items()
        }
        for tenant, declared in self.tenants.items():
            for name in declared.aliases if declared.own_profiles else ():
                if name in chat:
                    found[f"{name}@{tenant}"] = (name, tenant, chat[name])
        return found

    def guardrails_of(self, kind: str) -> tuple[str, ...]:
        """The guardrails of all aliases whose models are of this kind, in the order declared."""
        used = {a.guardrail for a in self.aliases.values() if a.model.model.kind == kind}
        return tuple(name for name in self.guardrails if name in used)

    @property
    def searched_under(self) -> tuple[str, ...]:
        """The guardrails of all aliases that answer from documents, in the order declared."""
        used = {alias.guardrail for alias in self.aliases.values() if alias.knowledge_base}
        return tuple(name for name in self.guardrails if name in used)

    @property
    def models(self) -> tuple[Model, ...]:
        """Every model that the environment calls, once, in the order of the ids."""
        targets = [target for alias in self.aliases.values() for target in alias.targets]
        for base in self.knowledge_bases.values():
            targets += [base.embedding_model, *([base.rerank_model] if base.rerank_model else [])]
        by_id = {target.model.id: target.model for target in targets}
        return tuple(by_id[id] for id in sorted(by_id))
