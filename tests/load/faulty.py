"""A Bedrock of which a share of the calls goes wrong at random, each in one of many ways.

    python -m tests.load.faulty --share 0.1 --seed 2

Prints its address and serves until it is told to end.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import threading

from peers import Line

from tests.faults.behaviours import BEHAVIOURS
from tests.faults.server import FaultServer
from tests.faults.streams import FAULTS, POSITIONS, broken

# What it says when nothing goes wrong.
SAID = "34 days."


class Faulty(FaultServer):
    def __init__(self, share: float, seed: int) -> None:
        super().__init__()
        self._share, self._chance = share, random.Random(seed)

    def _answer(self, line: Line, target: str, request: bytes) -> bool:
        if self._chance.random() >= self._share:
            return super()._answer(line, target, request)
        if target.endswith("/converse-stream") and self._chance.random() < 0.7:
            where = self._chance.choice(list(POSITIONS))
            return broken(self._chance.choice(list(FAULTS)), where)(line)
        return self._chance.choice(list(BEHAVIOURS.values()))(line)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=2)
    given = parser.parse_args()
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with Faulty(given.share, given.seed) as server:
        print(server.url, flush=True)
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
