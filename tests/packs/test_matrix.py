"""A14: every environment with every switch the other way, under every pack, in one process."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from config.accepted import FILE
from tests.packs import bedrock, checkov, lint, nag
from tests.packs.assemblies import Assembly, Finding, assemble, validation
from tests.packs.variants import matrix

MATRIX = matrix()


def test_the_matrix_has_at_least_24_configurations_beside_the_repositorys():
    assert sum(map(len, MATRIX.values())) >= 24


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Assembly]:
    """An app for each switch, for a name can be in an app but once."""
    return {
        name: assemble(tmp_path_factory.mktemp("variant"), *environments)
        for name, environments in MATRIX.items()
    }


@pytest.mark.parametrize("name", MATRIX)
def test_the_packs_that_read_the_tree_find_nothing_that_is_not_accepted(variants, name):
    for pack in nag.EVERYWHERE.values():
        assert list(nag.findings(variants[name].app, pack)) == []
    for pack in nag.PROD.values():
        assert list(nag.of_prod(variants[name].app, pack)) == []
    assert list(validation(variants[name])) == []


@pytest.mark.parametrize("name", MATRIX)
def test_our_own_rules_find_nothing_that_is_not_accepted(variants, name):
    assert list(bedrock.findings(variants[name], "--accepted", FILE)) == []


def test_the_packs_that_read_the_templates_find_nothing_that_is_not_accepted(variants):
    with ThreadPoolExecutor() as both:
        packs = [both.submit(pack, *variants.values()) for pack in (_lint, _checkov)]
    assert [pack.result() for pack in packs] == [[], []]


def _lint(*assemblies: Assembly) -> list[Finding]:
    return list(lint.findings(*assemblies))


def _checkov(*assemblies: Assembly) -> list[Finding]:
    return list(checkov.failed(*assemblies))
