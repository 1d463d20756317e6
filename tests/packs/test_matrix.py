"""A14: every environment with every switch the other way, under every pack, in one process."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from config.accepted import FILE
from tests.packs import bedrock, checkov, lint, nag
from tests.packs.assemblies import Assembly, Finding, assemble, validation
from tests.packs.variants import MATRIX, SWITCHES, matrix

NAMES = [", ".join(row) for row in MATRIX]


def test_the_matrix_has_at_least_24_configurations_beside_the_repositorys():
    assert sum(map(len, matrix().values())) >= 24
    assert sorted(name for row in MATRIX for name in row) == sorted(SWITCHES)


@dataclass
class Matrix:
    """An app for each row, and what comes of judging the templates of all."""

    apps: dict[str, Assembly] = field(default_factory=dict)
    of_templates: list[Future[list[Finding]]] = field(default_factory=list)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    """The first half of the templates is judged while the second is synthesized."""
    made, rows = Matrix(), list(matrix().items())
    with ThreadPoolExecutor() as pool:
        for half in (rows[::2], rows[1::2]):
            apps = {name: assemble(tmp_path_factory.mktemp("row"), *row) for name, row in half}
            made.apps |= apps
            made.of_templates += [pool.submit(pack, *apps.values()) for pack in (_lint, _checkov)]
        yield made


@pytest.mark.parametrize("name", NAMES)
def test_the_packs_that_read_the_tree_find_nothing_that_is_not_accepted(judged, name):
    for pack in nag.EVERYWHERE.values():
        assert list(nag.findings(judged.apps[name].app, pack)) == []
    for pack in nag.PROD.values():
        assert list(nag.of_prod(judged.apps[name].app, pack)) == []
    assert list(validation(judged.apps[name])) == []


@pytest.mark.parametrize("name", NAMES)
def test_our_own_rules_find_nothing_that_is_not_accepted(judged, name):
    assert list(bedrock.findings(judged.apps[name], "--accepted", FILE)) == []


def test_the_packs_that_read_the_templates_find_nothing_that_is_not_accepted(judged):
    assert [found.result() for found in judged.of_templates] == [[], [], [], []]


def _lint(*assemblies: Assembly) -> list[Finding]:
    return list(lint.findings(*assemblies))


def _checkov(*assemblies: Assembly) -> list[Finding]:
    return list(checkov.failed(*assemblies))
