"""What an answer from documents stands on: found before the model is asked, shown after it."""

from __future__ import annotations

from gateway import knowledge, readers, standalone, stops
from gateway.errors import invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NamedTuple

    from gateway.budget import Spending
    from gateway.conversation import Conversation
    from gateway.knowledge import Passage
    from gateway.settings import Alias
else:
    from gateway.record import NamedTuple

# Signs in which a model likes to wrap a sentence that it was told to say.
_AROUND = " \t\r\n\"'`*“”‘’「」"


class Grounds(NamedTuple):
    """`from_documents` is whether there was a question to them at all."""

    from_documents: bool = False
    passages: Sequence[Passage] = ()


NONE = Grounds()


class Shown(NamedTuple):
    """What a caller is told of an answer's grounds; `refused` is None where there are none."""

    passages: Sequence[Passage] = ()
    refused: bool | None = None

    def told(self) -> dict[str, Any]:
        """What an answer says of them besides the imitated API's own way."""
        if self.refused is None:
            return {}
        cited = [knowledge.as_json(passage) for passage in self.passages]
        return {"x_strata": {"refused": self.refused, "citations": cited}}


def find(held: Conversation, spending: Spending) -> Grounds:
    """Nothing for an alias without a knowledge base, nor for the result of a tool."""
    alias, base = held.alias, held.alias.knowledge_base
    if base is None or not held.asked.question:
        return NONE
    if len(held.asked.question) > (most := knowledge.longest_question(alias)):
        message = f"A question to these documents has at most {most} characters."
        raise invalid(held.asked.field("messages"), message)
    question = standalone.question(held, spending) if alias.rewrite_question else None
    groups = readers.groups_of(held.request, held.settings)
    search = knowledge.Search(question or held.asked.question, base, groups, alias.passages)
    found = knowledge.retrieve(search, held.upstream, held.request.deadline)
    spending.add(knowledge.query_micro_usd(search.question, base))
    return Grounds(True, knowledge.within_grounds(found) if alias.grounded else found)


def refusal(alias: Alias) -> dict[str, Any]:
    """What Converse would answer, had it been asked with no passage at all."""
    return {
        "stopReason": "end_turn",
        "output": {"message": {"role": "assistant", "content": [{"text": alias.refusal}]}},
        "usage": {"inputTokens": 0, "outputTokens": 0},
    }


def shown(held: Conversation, grounds: Grounds, stop: str, said: str) -> Shown:
    """A blocked answer shows none, a refusal cites none, and no passage is shown unguarded."""
    if not grounds.from_documents or stops.FINISH[stop] == stops.BLOCKED:
        return Shown()
    if is_refusal(said, held.alias):
        held.request.facts["refused"] = True
        return Shown(refused=True)
    guardrail, deadline = held.alias.guardrail, held.request.deadline
    return Shown(knowledge.masked(grounds.passages, guardrail, held.upstream, deadline), False)


def is_refusal(said: str, alias: Alias) -> bool:
    """Whether an answer is the sentence that the model was told to say, or begins with it.

    What follows then is not from the documents, or it would have been the answer.
    """
    sentence = alias.refusal.strip(_AROUND).rstrip(".。!！").casefold()
    return said.strip(_AROUND).casefold().startswith(sentence)
