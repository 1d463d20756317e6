"""One synthesis of every environment serves all tests of this folder."""

from pathlib import Path

import pytest

from tests.stacks.assembly import synthesize


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    outdir = tmp_path_factory.mktemp("cdk.out")
    synthesize(outdir)
    return outdir
