"""What is there for who looks for it, and in nobody's way."""

from collections.abc import Iterable, Iterator


def folded(summary: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"<details><summary>{summary}</summary>"
    yield "\n".join(lines)
    yield "</details>"
