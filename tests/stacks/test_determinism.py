"""The same commit gives the same bytes, from whatever directory."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.stacks.assembly import ROOT

SOURCES = ("app.py", "cdk.json", "config", "components", "stacks", "lambda")


def clone(folder: Path) -> Path:
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / name)
    return folder


def synthesize(folder: Path) -> dict[str, bytes]:
    # What the CDK CLI would pass on.
    context = json.dumps(json.loads((folder / "cdk.json").read_text())["context"])
    environment = {
        **os.environ,
        "CDK_OUTDIR": "out",
        "CDK_VALIDATION": "false",
        "CDK_CONTEXT_JSON": context,
    }
    command = [sys.executable, "app.py"]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    out = folder / "out"
    return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def test_two_clones_in_two_directories_synthesize_the_same_bytes(tmp_path):
    one = synthesize(clone(tmp_path / "a"))
    other = synthesize(clone(tmp_path / "much" / "deeper"))
    assert len(one) > 20
    assert one == other
