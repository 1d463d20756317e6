"""Two `make up` at once: the second one says so, and harms nothing."""

import pytest

from local.__main__ import main
from local.lock import alone
from local.state import Home


@pytest.mark.parametrize("command", ["up", "down"])
def test_a_second_command_is_refused_and_says_what_to_do(tmp_path, command, capsys):
    with alone(Home(tmp_path)):
        assert main(["--home", str(tmp_path), command]) == 1
    told = capsys.readouterr().out
    assert "another" in told and "wait" in told


def test_the_lock_is_free_afterwards(tmp_path):
    for _ in range(2):
        with alone(Home(tmp_path)):
            pass
