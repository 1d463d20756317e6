"""As servers, one process each, over HTTP: ours, a usual one, and the two well-known gateways."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from tests.bench import gateways
from tests.bench.figures import Figures
from tests.bench.gateways import Gateway, Recipe
from tests.bench.warm import LONG, STREAM
from tests.load import asset
from tests.load.callers import at_once, chat
from tests.load.generator import Load
from tests.load.results import Result

AT_ONCE = 16
ONE, MANY = "one caller", "16 callers"
_ROUND = {
    ONE: (asset.PLAIN, 60, 1, False),
    MANY: (asset.PLAIN, 320, AT_ONCE, False),
    STREAM: (asset.PLAIN, 20, 1, True),
    LONG: (asset.LONG, 8, 1, True),
}


def measure(
    figures: Figures, recipes: Mapping[str, Recipe], rounds: int, log: Path
) -> dict[str, str]:
    """Adds ("Portkey", "16 callers", "per_s") and so on; why, for each that does not run."""
    missing = {}
    with ExitStack() as stack:
        running = []
        for name, recipe in recipes.items():
            try:
                running.append(stack.enter_context(gateways.running(name, recipe, log)))
                _ask(running[-1], asset.PLAIN, 40, AT_ONCE, False)
            except RuntimeError as error:
                missing[name] = str(error)
                running = [each for each in running if each.name != name]
        for number in range(rounds):
            print(f"  as servers, round {number + 1} of {rounds}", flush=True)
            for what, (model, times, callers, stream) in _ROUND.items():
                for gateway in running:
                    _measure(figures, gateway, what, model, times, callers, stream)
        for gateway in running:
            figures.add(gateway.name, "rss_mb", samples=[gateway.child.rss_mb])
    return missing


def _measure(
    figures: Figures,
    gateway: Gateway,
    what: str,
    model: str,
    times: int,
    callers: int,
    stream: bool,
) -> None:
    cpu, started = gateway.child.cpu_s, time.monotonic()
    results = _ask(gateway, model, times, callers, stream)
    took_s, cpu = time.monotonic() - started, gateway.child.cpu_s - cpu
    good = [each for each in results if each.status == 200 and not each.error]
    figures.add(gateway.name, "failed", samples=[times - len(good)])
    figures.add(gateway.name, what, "took_ms", samples=[each.took_s * 1000 for each in good])
    figures.add(gateway.name, what, "cpu_us", samples=[cpu / times * 1e6])
    figures.add(gateway.name, what, "per_s", samples=[len(good) / took_s])
    if stream:
        first_ms = [(each.first_s or each.took_s) * 1000 for each in good]
        figures.add(gateway.name, what, "first_ms", samples=first_ms)


def _ask(gateway: Gateway, model: str, times: int, callers: int, stream: bool) -> list[Result]:
    """Raises RuntimeError for a gateway that does not answer at all."""
    recipe = gateway.recipe
    request = chat(model, key=recipe.key, headers=recipe.headers, stream=stream)
    load = Load(gateway.address)
    results = at_once(load, [request] * times, callers)
    load.close()
    if all(each.status != 200 for each in results):
        told = results[0].error or results[0].data[:200].decode(errors="replace")
        raise RuntimeError(f"it answers {told!r}")
    return results
