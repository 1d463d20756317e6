"""A function with `respond`: its answers are streamed."""

import time
from pathlib import Path

from gateway.edge import Answer


def respond(event, context):
    chunks = globals()[event["do"]](event.get("given"), context)
    return Answer(event.get("status", 200), {"content-type": "text/event-stream"}, chunks)


def handler(event, context):
    raise AssertionError("the loop should have called respond")


def listed(given, context):
    return [text.encode() for text in given]


def counts(given, context):
    for number in range(given):
        yield b"%d;" % number


def gated(given, context):
    """Every piece but the first waits until a file is there; says in another that it has ended."""
    folder = Path(given)
    try:
        for number in range(4):
            while number and not (folder / f"go{number}").exists():
                time.sleep(0.005)
            yield b"piece %d" % number
    finally:
        (folder / "ended").touch()


def never_ends(given, context):
    try:
        while True:
            yield b"data: still here\n\n"
            time.sleep(0.005)
    finally:
        Path(given, "ended").touch()


def waits_for_the_model(given, context):
    """As the gateway does while Bedrock says nothing."""
    yield b"first"
    try:
        while True:
            context.check_client()
            time.sleep(0.005)
    finally:
        Path(given, "ended").touch()


def floods(given, context):
    try:
        while True:
            yield bytes(1 << 20)
    finally:
        Path(given, "ended").touch()


def large(given, context):
    for _ in range(given // 500_000):
        yield b"x" * 500_000


def breaks(given, context):
    yield b"first"
    raise RuntimeError(f"the prompt was: {given}")


def breaks_at_the_end(given, context):
    """Its closing fails, as settling does when the store is down."""
    try:
        while True:
            yield b"data: still here\n\n"
            time.sleep(0.005)
    finally:
        Path(given, "ended").touch()
        raise RuntimeError("the store is down")


def raises(given, context):
    raise ValueError(f"the prompt was: {given}")


def checks_first(given, context):
    context.check_client()
    return [b"still wanted"]


def waits_first(given, context):
    """Says in a file that it runs, and waits for another before its answer begins."""
    folder = Path(given)
    (folder / "running").touch()
    while not (folder / "go").exists():
        time.sleep(0.005)
    return [b"0;"]
