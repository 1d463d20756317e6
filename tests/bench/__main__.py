"""`make bench`: every figure of one run, interleaved, written into docs/performance.md.

python -m tests.bench [--rounds 11]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import cold, environment, fake, gateways, report, served, warm
from tests.bench.figures import Figures
from tests.bench.processes import OTHERS
from tests.load import asset, running

_LOG = environment.HOME / "bench.log"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=11)
    rounds = parser.parse_args().rounds
    started = time.monotonic()
    missing = environment.prepare()
    figures = Figures()
    with TemporaryDirectory() as folder:
        ours = asset.build(built := Path(folder) / "task")
        with running.cloud(eager=True, cores=OTHERS) as cloud:
            aws = _aws(ours, cloud.port)
            warm.measure(figures, aws, rounds, _LOG)
            functions = cold.functions(Path(folder), built)
            cold.measure(figures, functions, _without(aws, "PYTHONPATH"), rounds)
            figures.add(cold.OURS, "modules", samples=[cold.modules(built, aws)])
            for name, root in ((cold.OURS, built), (cold.COMPILED, functions[cold.COMPILED].root)):
                figures.add(name, "zip_kb", samples=[cold.zipped_kb(root, Path(folder))])
        with running.cloud(cores=OTHERS) as cloud:
            aws = _aws(ours, cloud.port)
            fake.measure(figures, cloud)
            recipes = gateways.recipes(_without(aws, *ours.keys() - _KEYS), ours)
            missing = served.measure(figures, recipes, rounds, _LOG) | missing
    page = report.page(figures, missing, rounds, time.monotonic() - started)
    report.PAGE.write_text(page, encoding="utf-8")
    print(page)
    return 0


_KEYS = {"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}


def _aws(ours: Mapping[str, str], port: int) -> dict[str, str]:
    """The environment of what is measured: our asset's, and what boto3 wants beside."""
    return {
        **ours,
        **asset.endpoints(port),
        "AWS_DEFAULT_REGION": ours["AWS_REGION"],
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONDONTWRITEBYTECODE": "1",  # the asset is weighed and started as it is shipped
    }


def _without(environment: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name not in names}


if __name__ == "__main__":
    sys.exit(main())
