"""A14: every environment with every switch the other way, under every pack."""

from pathlib import Path

import pytest

from tests.packs import checkov, lint, nag
from tests.packs.assemblies import Assembly, assemble, validation
from tests.packs.variants import matrix

MATRIX = matrix()


def test_the_matrix_has_at_least_24_configurations_beside_the_repositorys():
    assert sum(map(len, MATRIX.values())) >= 24


@pytest.fixture(params=MATRIX)
def variant(request, tmp_path: Path) -> Assembly:
    return assemble(tmp_path, *MATRIX[request.param])


def test_no_pack_finds_what_is_not_accepted(variant):
    for pack in nag.EVERYWHERE.values():
        assert list(nag.findings(variant.app, pack)) == []
    for pack in nag.PROD.values():
        assert list(nag.of_prod(variant.app, pack)) == []
    assert list(validation(variant)) == []
    assert list(lint.findings(variant)) == []
    assert list(checkov.failed(variant)) == []
