"""Is a ledger whole? Every entry in its place, unchanged, and following the one before."""

from collections.abc import Iterable, Sequence

from audit.ledger.entry import DEPLOYED, NOTHING, Entry, Json, Tampered, read_entry


def read_chain(objects: Iterable[tuple[str, bytes]]) -> list[Entry]:
    """The entries in order, from (name, content) in any order. Raises Tampered.

    Entries missing at the end cannot be seen here: see `check_head`.
    """
    chain: list[Entry] = []
    for name, content in sorted(objects):
        chain.append(_next(chain, name, content))
    return chain


def check_head(chain: Sequence[Entry], expected: str) -> None:
    """Is an entry that was once the last one still here? Raises Tampered."""
    if expected not in {each.hash for each in chain}:
        raise Tampered(f"no entry has the hash {expected}: the end of the ledger is missing")


def head(chain: Sequence[Entry]) -> str:
    return chain[-1].hash if chain else NOTHING


def live(chain: Sequence[Entry], environment: str) -> Json:
    """What the last deployment that went through left there; empty before the first."""
    done = [each.deployment for each in chain if each.deployment.environment == environment]
    return next((each.after for each in reversed(done) if each.outcome == DEPLOYED), {})


def _next(chain: Sequence[Entry], name: str, content: bytes) -> Entry:
    expected = f"{len(chain) + 1:08}.json"
    if name != expected:
        raise Tampered(f"{name} stands where {expected} should: an entry is missing or foreign")
    try:
        entry = read_entry(content)
    except Tampered as error:
        raise Tampered(f"{name} was changed: {error}") from None
    if entry.name != name:
        raise Tampered(f"{name} holds the entry {entry.number}")
    if entry.previous != head(chain):
        raise Tampered(f"{name} does not follow the entry before it")
    if entry.deployment.before != live(chain, entry.deployment.environment):
        raise Tampered(f"{name} does not begin with what was live")
    return entry
