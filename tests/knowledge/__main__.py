"""`make knowledge-bench`: strategies and the local search measured, into docs/knowledge.md.

python -m tests.knowledge [--folder samples/handbook] [--questions handbook]
"""

import argparse
from functools import partial
from pathlib import Path

from config.questions import load_questions
from local.processes import REPOSITORY
from tests.knowledge import page, scale
from tests.knowledge.compare import compare

CACHE = REPOSITORY / ".local" / "knowledge-bench"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=REPOSITORY / "samples" / "handbook")
    parser.add_argument("--questions", default="handbook", metavar="NAME")
    given = parser.parse_args()
    told = partial(print, flush=True)
    compared = compare(given.folder, load_questions(given.questions), CACHE, told)
    page.write(compared, scale.measure(told))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
