"""Templates change only together with their snapshots, so that a review sees the change itself."""

from tests.stacks import stateful
from tests.stacks.snapshots import FOLDER, rendered


def test_templates_are_as_committed(assembly):
    changed = [
        str(path.relative_to(FOLDER))
        for path, text in rendered(assembly)
        if not path.is_file() or path.read_text() != text
    ]
    assert not changed, "run `make snapshots` and review the diff"


def test_no_snapshot_is_left_of_what_is_gone(assembly):
    expected = {path for path, _ in rendered(assembly)} | {stateful.FILE}
    assert set(FOLDER.rglob("*.json")) == expected
