"""What is asked of a model, whichever API it came through: all of them are read into this."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, NamedTuple
else:
    from gateway.record import NamedTuple


class Message(NamedTuple):
    """One message; `role` is OpenAI's, `blocks` are Converse's, and of bare text for the system."""

    role: str
    blocks: tuple[Mapping[str, Any], ...]

    @property
    def text(self) -> str:
        return "\n".join(block["text"] for block in self.blocks if "text" in block)


class ChatRequest(NamedTuple):
    """A parsed request; `parameters` has the names of OpenAI's chat for what may go to a model.

    They are temperature, top_p, stop, reasoning_effort, response_format, tools, tool_choice (as
    `completions/parameters.py` leaves them), and those that no model takes, such as seed. `echo` is
    what the dialect wants to see again when it words the answer, `names` what it calls the fields.
    """

    alias: str
    messages: tuple[Message, ...]
    max_tokens: int | None
    parameters: Mapping[str, Any]
    stream: bool = False
    echo: Mapping[str, Any] = {}
    names: Mapping[str, str] = {}

    def field(self, name: str) -> str:
        """What the caller knows a field of OpenAI's chat by."""
        return self.names.get(name, name)

    @property
    def blocks(self) -> Iterator[Mapping[str, Any]]:
        """Every block of every message, and what a tool's result holds besides."""
        for message in self.messages:
            for block in message.blocks:
                yield block
                yield from block.get("toolResult", {}).get("content", ())

    @property
    def question(self) -> str:
        """What is asked of the documents: the user's last words; nothing after a tool's result."""
        last = self.messages[-1]
        return last.text if last.role == "user" else ""
