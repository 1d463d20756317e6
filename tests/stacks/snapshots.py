"""The committed templates: `make snapshots` writes them, a pull request shows their diff."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from config.load import environment_names
from tests.stacks import stateful
from tests.stacks.assembly import settings_file, stacks_of, synthesize, template

FOLDER = Path(__file__).parent / "snapshots"
ASSET = re.compile(r"\b[0-9a-f]{64}\b")
# A version's id has the hash of all that a function is made of, its asset too.
VERSION = re.compile(r"(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}")


def rendered(outdir: Path) -> Iterator[tuple[Path, str]]:
    """(path, text) of every snapshot; the hashes of assets are masked, their settings shown."""
    for environment in environment_names():
        folder = FOLDER / environment
        for stack in stacks_of(outdir, environment):
            yield folder / f"{stack}.json", _text(template(outdir, environment, stack))
        yield folder / "settings.json", _text(settings_file(outdir, environment))


def _text(value: object) -> str:
    text = ASSET.sub("(asset)", json.dumps(value, indent=1, sort_keys=True))
    return VERSION.sub(r"\1(content)", text) + "\n"


def main() -> int:
    with TemporaryDirectory() as outdir:
        synthesize(Path(outdir))
        for path, text in rendered(Path(outdir)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        stateful.FILE.write_text(stateful.rendered(Path(outdir)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
