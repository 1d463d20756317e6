"""The environments of the repository, once as they are and once as if nothing were accepted."""

import pytest

from tests.packs import variants
from tests.packs.assemblies import Assembly, assemble


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return assemble(tmp_path_factory.mktemp("accepted"))


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return assemble(tmp_path_factory.mktemp("bare"), ledger={})


@pytest.fixture(scope="session")
def everything_on(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """What only an environment with every switch has; nothing of it accepted."""
    outdir = tmp_path_factory.mktemp("everything")
    return assemble(outdir, variants.everything_on("prod"), ledger={})
