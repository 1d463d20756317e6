"""Which pull request set what is live now."""

from pathlib import Path

import pytest

from audit.errors import AuditError
from audit.ledger.append import append
from audit.ledger.chain import read_chain
from audit.ledger.entry import FAILED, ROLLED_BACK, STARTED
from audit.ledger.store import FolderStore
from audit.ledger.why import why
from tests.audit.ledger.entries import deployment, live


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    folder = tmp_path / "ledger"
    folder.mkdir()
    store = FolderStore(folder)
    append(store, deployment(live("a", "nova"), 1))
    append(store, deployment(live("b", "nova"), 2))
    append(store, deployment(live("b", "nova", "mistral"), 3))
    append(store, deployment(live("c", "haiku"), 4, ROLLED_BACK))
    return store


def reason(store: FolderStore, kind: str, name: str):
    return why(read_chain(store.read()), "prod", kind, name)


@pytest.mark.parametrize(
    ("kind", "name", "request_number"),
    [
        ("guardrail", "standard", 2),
        ("guardrail", "strata-prod-standard", 2),
        ("alias", "chat", 3),
        ("model", "nova", 1),
        ("model", "mistral", 3),
    ],
)
def test_it_is_the_last_deployment_that_changed_it(store, kind, name, request_number):
    assert reason(store, kind, name).entry.deployment.pull_request == request_number


def test_what_was_rolled_back_set_nothing(store):
    with pytest.raises(AuditError, match=r"never had the model 'haiku'; it has \['mistral"):
        reason(store, "model", "haiku")


def test_what_was_taken_out_again_has_a_reason_too(store):
    append(store, deployment(live("b", "nova"), 5))
    found = reason(store, "model", "mistral")
    assert (found.entry.deployment.pull_request, found.after) == (5, None)


def test_an_unfinished_deployment_leaves_a_doubt(store):
    assert not reason(store, "alias", "chat").unsure
    append(store, deployment(live("d"), 6, STARTED))
    append(store, deployment(live("d"), 6, FAILED))
    assert [each.number for each in reason(store, "alias", "chat").unsure] == [5, 6]
