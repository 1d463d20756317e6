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


@pytest.fixture(scope="session")
def isolated(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """And the same inside a network, where functions lack what those outside are excused of."""
    outdir = tmp_path_factory.mktemp("isolated")
    return assemble(outdir, variants.isolated("prod"), ledger={})
