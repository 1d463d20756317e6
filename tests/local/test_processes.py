"""The servers start once, on free ports, and leave nothing behind when they are stopped."""

import re
import socket
import sys

import pytest

from local import processes
from local.children import Child, end, is_alive, spawn
from local.process_table import running
from local.state import Home, Remembered, choose_port, recall, remember

SLEEP = "import subprocess as s, sys; s.run([sys.executable, '-c', 'import time; time.sleep(60)'])"


def test_a_second_start_leaves_what_runs_alone(cloud):
    before = processes.status(cloud.home)
    processes.start(cloud.home)
    assert processes.status(cloud.home) == before


def test_everything_listens_on_loopback_alone_and_on_its_two_ports(cloud):
    model, server = processes.status(cloud.home)
    with pytest.raises(OSError), socket.create_connection((_own_address(), server.port), timeout=1):
        pass
    assert model.port != server.port


def test_the_cloud_opens_no_port_but_its_own(cloud):
    _, server = processes.status(cloud.home)
    opened = set(re.findall(r"Running on (\S+)", server.log.read_text()))
    assert opened == {f"https://127.0.0.1:{server.port}"}


def _own_address():
    # No packet is sent: this only asks which address would be used.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return probe.getsockname()[0]


def test_a_remembered_port_is_kept_and_a_taken_one_is_not():
    with socket.socket() as foreign:
        foreign.bind(("127.0.0.1", 0))
        foreign.listen()
        taken = foreign.getsockname()[1]
        assert choose_port(taken) != taken
    assert choose_port(taken) == taken


def test_a_child_is_ended_with_the_processes_that_it_started(tmp_path):
    child = spawn([sys.executable, "-c", SLEEP], log=tmp_path / "log", cwd=tmp_path, environment={})
    while sum(one.group == child.pid for one in running()) < 2:
        pass
    end(child, marker=str(tmp_path))
    assert not [one for one in running() if one.group == child.pid]


def test_a_later_process_of_the_same_number_is_not_ours(tmp_path):
    child = spawn([sys.executable, "-c", SLEEP], log=tmp_path / "log", cwd=tmp_path, environment={})
    end(Child(pid=child.pid, started="earlier"), marker=str(tmp_path), grace_seconds=0.1)
    assert is_alive(child)
    end(child, marker=str(tmp_path))


def test_a_server_that_cannot_start_says_which_and_what_its_log_ends_in(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "_command", lambda *_: [sys.executable, "-c", "1 / 0"])
    with pytest.raises(processes.StartFailed, match=r"model server.*model\.log[\s\S]*ZeroDivision"):
        processes.start(Home(tmp_path))


def test_what_is_remembered_is_read_back(tmp_path):
    remembered = Remembered(ports={"cloud": 1}, children={"cloud": Child(pid=2, started="3")})
    remember(Home(tmp_path), remembered)
    assert recall(Home(tmp_path)) == remembered
