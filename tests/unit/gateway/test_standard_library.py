"""The request path runs on Python alone: nothing to install, nothing to patch."""

import subprocess
import sys
from pathlib import Path

import pytest

LAMBDA = Path(__file__).parents[3] / "lambda"
MODULES = sorted(
    ".".join(path.relative_to(LAMBDA).with_suffix("").parts).removesuffix(".__init__")
    for path in (LAMBDA / "gateway").rglob("*.py")
)


@pytest.mark.parametrize("module", MODULES)
def test_imports_without_any_installed_package_and_without_an_environment(module):
    code = f"import sys; sys.path.insert(0, {str(LAMBDA)!r}); import {module}"
    # -I: no user site and no PYTHON* variables; -S: no site-packages; and no AWS_* either.
    command = [sys.executable, "-I", "-S", "-c", code]
    subprocess.run(command, env={}, check=True, capture_output=True)
