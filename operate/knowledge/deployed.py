"""The knowledge base that the handlers ask: read from the function that asks it."""

from dataclasses import dataclass
from functools import partial

from config.knowledge import KnowledgeBase
from config.schema import Environment
from operate.errors import OperateError
from operate.handlers import told
from operate.preflight.account import Clients
from operate.refusals import explained as refused

HOWTO = "docs/howto/evaluate-knowledge.md"
explained = partial(refused, howto=HOWTO, stack="Gateway")


@dataclass(frozen=True)
class Deployed:
    """A knowledge base; `content` names how it was cut and embedded."""

    name: str
    id: str
    content: str
    declared: KnowledgeBase


def declared_base(environment: Environment, name: str) -> KnowledgeBase:
    """What the environment's file says of it; raises OperateError."""
    if name in environment.knowledge_bases:
        return environment.knowledge_bases[name]
    declared = sorted(environment.knowledge_bases)
    raise OperateError(f"no knowledge base {name!r} in {environment.name}; it has {declared}")


def find_deployed(environment: Environment, name: str, clients: Clients) -> Deployed:
    """The one in use; raises OperateError unless it is what the file says."""
    declared = declared_base(environment, name)
    ids = told(environment, clients, howto=HOWTO)["knowledge_bases"]
    if name not in ids:
        raise OperateError(f"{name!r} is not deployed; the handlers know {sorted(ids)}")
    agent = clients("bedrock-agent", environment.region)
    with explained("bedrock:GetKnowledgeBase"):
        said = agent.get_knowledge_base(knowledgeBaseId=ids[name])["knowledgeBase"]
    content = said["name"].rpartition("-")[2]
    if content != declared.content:
        raise OperateError(
            f"the handlers ask content {content} of {name}; the file says {declared.content}: "
            "deploy it first"
        )
    return Deployed(name, ids[name], content, declared)
