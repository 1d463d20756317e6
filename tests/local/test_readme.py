"""Every command of the README, run as it is printed there, and what a stranger sees."""

import os
import re
import socket
import subprocess
from pathlib import Path

import pytest

from local.platform_file import read
from local.process_table import running
from local.state import Home, recall

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

# They need a real account, or are this test run itself.
NOT_HERE = ("make test", "npx cdk bootstrap", "npx cdk deploy", "npx cdk diff")
# In the order in which a newcomer meets them; `make down` comes last, with its own tests.
HERE = ("make setup", ". .venv/bin/activate", "make up", "make ask", "make status", "curl")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[str]:
    joined = "\n".join(blocks("sh")).replace("\\\n", " ")
    return [line.partition("  #")[0].strip() for line in joined.splitlines() if line.strip()]


def command(start: str) -> str:
    return next(each for each in commands() if each.startswith(start))


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    return Home(tmp_path_factory.mktemp("readme"))


def shell(home: Home, line: str, **more: str) -> str:
    """Run a line of the README, with only the place of the state changed."""
    line = line.replace(".local/", f"{home.directory}/")
    environment = {**os.environ, **more, "LOCAL": str(home.directory)}
    done = subprocess.run(
        ["bash", "-c", line], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def printed(home) -> str:
    """What `make up` prints to a newcomer."""
    try:
        yield shell(home, command("make up"))
    finally:
        shell(home, "make down")


def test_every_command_is_known_here():
    unknown = [each for each in commands() if not each.startswith((*HERE, *NOT_HERE, "make down"))]
    assert unknown == []
    assert all(command(start) for start in HERE)


def test_make_up_answers_from_the_document_and_says_how_to_call(printed, home):
    deployed = read(home)
    assert "34 days" in printed
    assert "handbook/returns-and-refunds.md" in printed
    assert deployed.base_url in printed and deployed.base_url.endswith("/v1")
    assert deployed.api_key in printed


def test_the_printed_curl_line_works_as_printed(printed, home):
    curl = printed[printed.index("curl ") : printed.index("# SSL_CERT_FILE")]
    assert "34" in shell(home, curl)


def test_the_printed_python_works_as_printed(printed, home):
    script = printed[printed.index("from openai") :].rsplit("\n─", 1)[0]
    program = f"{ROOT / '.venv/bin/python'} - <<'END'\n{script}\nEND"
    assert "34" in shell(home, program, SSL_CERT_FILE=str(home.ca_file))


def test_the_readmes_curl_line_works(printed, home):
    deployed = read(home)
    told = shell(home, command("curl"), BASE_URL=deployed.base_url, API_KEY=deployed.api_key)
    assert "x_strata" in told


def test_the_readmes_python_works(printed, home):
    deployed = read(home)
    for script, told in zip(blocks("python"), ("handbook/returns-and-refunds.md", ""), strict=True):
        script = script.replace("BASE_URL", repr(deployed.base_url))
        script = script.replace("API_KEY", repr(deployed.api_key))
        program = f"{ROOT / '.venv/bin/python'} - <<'END'\n{script}\nEND"
        printed_by_it = shell(home, program, SSL_CERT_FILE=str(home.ca_file))
        assert printed_by_it.strip() and told in printed_by_it


@pytest.mark.parametrize("start", ["make setup", ". .venv/bin/activate", "make ask", "make status"])
def test_the_other_commands_work(printed, home, start):
    shell(home, command(start))


def test_make_down_leaves_no_process_and_no_port(printed, home):
    before = recall(home)
    told = shell(home, "make down")
    assert "gone" in told
    marker = str(home.directory)
    assert [each for each in running() if marker in each.command] == []
    for port in before.ports.values():
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert read(home) is None
