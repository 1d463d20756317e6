"""docs/performance.md: the bars first, met or missed, and then everything that was measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from tests.bench import cold, environment, gateways, served, warm
from tests.bench.bars import Bar, bars, chunk_us
from tests.bench.figures import Figures

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"

_INTRODUCTION = """# Performance

Made by `make bench`; do not edit.

{day}, {cores} cores ({machine}), Python {python}, {took_s:.0f} s.
{versions}.

What is measured has one core to itself, the fakes and the load share the other. Candidates take
turns, {rounds} rounds; p50 and p99 are of all samples, ratios the median of the rounds' own ratios.
CPU is user and system time of the whole process. Everything is on loopback, so figures are of the
software alone: a real model takes hundreds of milliseconds. Ours authorises (from a cache),
reserves, settles and writes its log line for every request; boto3 calls Bedrock and nothing else.
"""


def page(figures: Figures, missing: Mapping[str, str], rounds: int, took_s: float) -> str:
    sections = [
        _introduction(rounds, took_s),
        _fakes(figures),
        "## The bars\n",
        _table(["what", "bar", "measured", ""], map(_bar_row, bars(figures))),
        "\n## In process, one request after the other\n",
        _table(["", "p50 ms", "p99 ms", "CPU µs"], _warm_rows(figures)),
        "\n## Streams in process\n",
        _table(_STREAMED, _streams(figures)),
        _PACED,
        "\n## As servers, one process each\n",
        _table(_SERVED, _served_rows(figures, missing)),
        "\n## Cold starts\n",
        _table(["", "INIT ms", "first answer ms", "RSS MB"], _cold_rows(figures)),
        _SHIPPED,
    ]
    return "\n".join(sections)


def _bar_row(bar: Bar) -> list[str]:
    return [bar.what, bar.promised, bar.measured, "met" if bar.met else "**MISSED**"]


def _warm_rows(figures: Figures) -> Iterator[list[str]]:
    for name, told in (
        (warm.DIRECT, "a bare socket"),
        (warm.BOTO3, "boto3 `converse`"),
        (warm.HANDLER, "our handler"),
    ):
        key = (name, warm.WHOLE, "took_ms")
        cpu = f"{figures.p50(name, warm.WHOLE, 'cpu_us'):.0f}"
        yield [told, f"{figures.p50(*key):.2f}", f"{figures.p99(*key):.2f}", cpu]


def _streams(figures: Figures) -> Iterator[list[str]]:
    for name, told in (
        (warm.DIRECT, "a bare socket"),
        (warm.BOTO3, "boto3 `converse_stream`"),
        (warm.HANDLER, "our handler"),
    ):
        key = (name, warm.STREAM, "first_ms")
        paced = figures.p50(name, warm.PACED, "cpu_us") / warm.PACED_WORDS
        times = [f"{figures.p50(*key):.2f}", f"{figures.p99(*key):.2f}"]
        yield [told, *times, f"{chunk_us(figures, name):.0f}", f"{paced:.0f}"]


_STREAMED = ["", "first token p50 ms", "p99 ms", "CPU µs a chunk", "CPU µs a chunk, one by one"]
_PACED = """
The first of the two is what a word more costs when words come as fast as they are read. The other
is of words that come alone, 2 ms apart: most of it is the kernel putting the process to sleep and
waking it, which a bare socket pays as well.
"""
_SERVERS = (
    gateways.OURS,
    gateways.USUAL,
    gateways.METERED,
    gateways.PORTKEY,
    gateways.LITELLM,
)
_SERVED = [
    "",
    "p50 ms",
    "p99 ms",
    "CPU µs",
    "per second at 16",
    "first token p50 ms",
    "CPU µs a chunk",
    "RSS MB",
    "failed",
]


def _served_rows(figures: Figures, missing: Mapping[str, str]) -> Iterator[list[str]]:
    for name in _SERVERS:
        if name in missing:
            yield [name, f"not measured: {missing[name]}", *[""] * (len(_SERVED) - 2)]
            continue
        one = (name, served.ONE, "took_ms")
        yield [
            name,
            f"{figures.p50(*one):.1f}",
            f"{figures.p99(*one):.1f}",
            f"{figures.p50(name, served.ONE, 'cpu_us'):.0f}",
            f"{figures.p50(name, served.MANY, 'per_s'):.0f}",
            f"{figures.p50(name, warm.STREAM, 'first_ms'):.1f}",
            f"{chunk_us(figures, name):.0f}",
            f"{figures.p50(name, 'rss_mb'):.0f}",
            f"{figures.total(name, 'failed'):.0f}",
        ]


def _cold_rows(figures: Figures) -> Iterator[list[str]]:
    for name in (cold.OURS, cold.COMPILED, cold.BOTO3, cold.USUAL):
        measured = [figures.p50(name, of) for of in ("init_ms", "first_answer_ms", "rss_mb")]
        yield [_NAMES.get(name, name), *(f"{value:.0f}" for value in measured)]


# Why the faster of the two is not the one that is shipped.
_SHIPPED = """
INIT is from the start of the process to its first request for an event, on the fake Runtime API of
`tests/runtime`; the first answer holds what a function has put off until then. The CDK CLI dates
every file of an asset 1980-01-01 and Lambda's file system is read-only, so source is compiled at
every cold start. Bytecode that is not checked against its source would spare that, but it is good
for one minor version of Python alone, and templates are made by another than the functions run on.
"""
_NAMES = {
    cold.OURS: "Strata, source as it is shipped",
    cold.COMPILED: "Strata, unchecked-hash bytecode beside it",
}


def _fakes(figures: Figures) -> str:
    speed = figures.p50("fake", "per_s")
    ours, boto3 = (figures.p50(name, warm.WHOLE, "cpu_us") for name in (warm.HANDLER, warm.BOTO3))
    cpu = figures.p50("fake", "cpu_us")
    return (
        f"The fake Bedrock answers {speed:,.0f} requests a second on the other core, {cpu:.0f} µs "
        f"of CPU each: a boto3 call takes {boto3 / cpu:.0f} times as much, one of our handler "
        f"{ours / cpu:.0f} times. A reservation and its settlement take the fake DynamoDB "
        f"{figures.p50('fake', 'ledger_us'):.0f} µs together.\n"
    )


def _introduction(rounds: int, took_s: float) -> str:
    return _INTRODUCTION.format(
        day=date.today(),
        cores=os.cpu_count(),
        machine=platform.machine(),
        python=platform.python_version(),
        rounds=rounds,
        took_s=took_s,
        versions=", ".join(f"{name} {version}" for name, version in environment.versions()),
    )


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
