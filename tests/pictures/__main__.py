"""`python -m tests.pictures`: README's picture, which is a real audit's comment, drawn by Chromium.

Debian's `chromium` must be installed; nothing else of the kit needs it.
"""

import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from markdown_it import MarkdownIt

from audit.__main__ import main as audit
from tests.pictures.change import after, before

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "audit.png"
STYLE = Path(__file__).with_name("comment.css")
SIZE = "1280,960"


def main() -> int:
    chromium = shutil.which("chromium")
    if not chromium:
        print("error: no chromium; `apt-get install chromium` has it", file=sys.stderr)
        return 2
    with TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(_page(_comment(Path(folder))), encoding="utf-8")
        _draw(chromium, page, Path(folder))
    return 0


def _comment(folder: Path) -> str:
    sides = [str(before(folder / "base")), str(after(folder / "head"))]
    written = StringIO()
    with redirect_stdout(written):
        audit([*sides, "--accepted", "config/accepted.toml", "--today", "2026-11-24"])
    return written.getvalue()


def _page(comment: str) -> str:
    body = MarkdownIt("commonmark", {"html": True}).enable("table").render(comment)
    # As a reader sees it who has unfolded everything.
    body = body.replace("<details>", "<details open>")
    style = STYLE.read_text(encoding="utf-8")
    return f"<!doctype html><meta charset=utf-8><style>{style}</style><article>{body}</article>"


def _draw(chromium: str, page: Path, home: Path) -> None:
    command = [
        chromium,
        "--headless",
        "--no-sandbox",  # the page is ours, and CI runs as root
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={home / 'profile'}",
        f"--window-size={SIZE}",
        f"--screenshot={PICTURE}",
        page.as_uri(),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    sys.exit(main())
