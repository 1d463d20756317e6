"""All the ways in which a text can match some of a few patterns, each with a text that does.

Texts are without number, but patterns of `*` and `?` tell only finitely many sorts apart: those
are the states that their automata, run side by side, can reach. What holds for one text of each
sort holds for every text, so that inclusion is decided and not guessed."""

import re
from collections import deque
from collections.abc import Iterator
from functools import lru_cache

LIMIT = 3_000
# A character that no pattern names stands for all of those.
OTHER = "\N{MIDDLE DOT}"
# Stand for `*` and `?` where they are meant literally, as in `StringEquals`.
LITERAL = str.maketrans({"*": "\N{ASTERISK OPERATOR}", "?": "\N{INVERTED QUESTION MARK}"})

State = frozenset[tuple[int, int]]


class TooMany(Exception):
    """The patterns tell too many sorts of text apart; what depends on them cannot be decided."""


@lru_cache(maxsize=8192)
def classes(patterns: tuple[str, ...], anchors: int = 0) -> dict[frozenset[int], str]:
    """Which patterns (by position) a text may match together, with the shortest such text; only
    texts that match one of the first `anchors` patterns, if that is given. Raises TooMany."""
    start = _open(patterns, ((i, 0) for i in range(len(patterns))))
    found: dict[frozenset[int], str] = {}
    reached = {start}
    waiting = deque([(start, "")])
    while waiting:
        state, text = waiting.popleft()
        matched = frozenset(i for i, at in state if at == len(patterns[i]))
        if not anchors or any(i < anchors for i in matched):
            found.setdefault(matched, text)
        for character in _next(patterns, state):
            new = _step(patterns, state, character)
            if new not in reached and (not anchors or any(i < anchors for i, _ in new)):
                if len(reached) > LIMIT:
                    raise TooMany(f"{len(patterns)} patterns")
                reached.add(new)
                waiting.append((new, text + character))
    return found


@lru_cache(maxsize=65536)
def overlap(one: str, other: str) -> bool:
    """Is there a text that matches both?"""
    if "*" not in one and "?" not in one:
        return matches(other, one)
    if "*" not in other and "?" not in other:
        return matches(one, other)
    return one == other or frozenset({0, 1}) in classes((one, other))


@lru_cache(maxsize=65536)
def within(one: str, other: str) -> bool:
    """Does every text that matches the one match the other?"""
    if other == "*" or one == other:
        return True
    if "*" not in one and "?" not in one:
        return matches(other, one)
    return frozenset({0}) not in classes((one, other), 1)


@lru_cache(maxsize=65536)
def matches(pattern: str, text: str) -> bool:
    """Does a text match a pattern of `*` and `?`?"""
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    return bool(_compiled(pattern).fullmatch(text))


@lru_cache(maxsize=16384)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(each) or re.escape(each) for each in pattern), re.DOTALL)


def _next(patterns: tuple[str, ...], state: State) -> list[str]:
    named = {patterns[i][at] for i, at in state if at < len(patterns[i])}
    return [*sorted(named - {"*", "?"}), OTHER]


def _step(patterns: tuple[str, ...], state: State, character: str) -> State:
    return _open(patterns, _moved(patterns, state, character))


def _moved(patterns: tuple[str, ...], state: State, character: str) -> Iterator[tuple[int, int]]:
    for i, at in state:
        if at < len(patterns[i]):
            expected = patterns[i][at]
            if expected == "*":
                yield i, at
            elif expected in ("?", character):
                yield i, at + 1


def _open(patterns: tuple[str, ...], places: Iterator[tuple[int, int]]) -> State:
    """The places, and those that follow them without a character: past every `*`."""
    found = set()
    for i, at in places:
        found.add((i, at))
        while at < len(patterns[i]) and patterns[i][at] == "*":
            at += 1
            found.add((i, at))
    return frozenset(found)
