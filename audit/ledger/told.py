"""Entries in words, a few lines each."""

import json
from collections.abc import Iterator

from audit.ledger.entry import Entry, Json
from audit.ledger.why import Reason


def heading(entry: Entry) -> str:
    done = entry.deployment
    request = f"pull request {done.pull_request}" if done.pull_request else "no pull request"
    return f"{entry.number}  {done.at}  {done.environment}  {done.outcome}  {request}"


def entry_lines(entry: Entry) -> Iterator[str]:
    done = entry.deployment
    yield heading(entry)
    yield f"   commit {done.commit}, assembly {done.digest}"
    yield f"   {done.verdict}, approved by {', '.join(done.approvers) or 'nobody'}"
    for each in done.findings:
        taken = each["accepted"]
        how = f"accepted by {taken['owner']} until {taken['until']}" if taken else each["verdict"]
        yield f"   {each['severity']} {each['rule']} {each['resource']}: {how}"
    yield from (f"   {line}" for line in _changes(done.before, done.after))


def reason_lines(asked: str, reason: Reason) -> Iterator[str]:
    yield f"{asked}: {_short(reason.after)}"
    yield f"before: {_short(reason.before)}"
    yield f"set by entry {heading(reason.entry)}"
    yield from list(entry_lines(reason.entry))[1:3]
    for each in reason.unsure:
        yield f"not sure: entry {heading(each)}, and nobody said what it left behind"


def _changes(before: Json, after: Json) -> Iterator[str]:
    for table in ("guardrails", "aliases"):
        was, now = before.get(table, {}), after.get(table, {})
        for name in sorted({*was, *now}):
            if was.get(name) != now.get(name):
                yield f"{table} {name}: {_short(was.get(name))} -> {_short(now.get(name))}"


def _short(value: Json) -> str:
    return "nothing" if value is None else json.dumps(value, sort_keys=True)
