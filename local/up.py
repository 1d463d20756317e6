"""The whole platform on this machine: started, deployed, filled, asked, and explained."""

import json
import time
from pathlib import Path

from config.load import load_environment
from config.schema import Environment
from local import platform_file, processes
from local.ask import ask, show
from local.deploy import bootstrap, deploy, log_file
from local.documents import ingest, upload
from local.keys import ensure_key
from local.platform_file import Deployed
from local.state import Home, recall
from local.steps import StepFailed, console, step

ENVIRONMENT = "local"
ALIAS = "docs-assistant"
# Only the sample handbook knows the answer.
QUESTION = "How long is the refund window?"


def up(home: Home) -> Deployed:
    """Make the platform run as the files say; what already is so is left alone."""
    environment = load_environment(ENVIRONMENT)
    started = time.monotonic()
    with step("Start the embedded AWS and the language model"):
        _start(home)
    deployed = deploy_platform(home, environment)
    with step(f"Ask {ALIAS!r}: {QUESTION}"):
        completion = ask(deployed, QUESTION, ALIAS)
    show(QUESTION, completion)
    console.print(f"\nUp in {time.monotonic() - started:.0f} s.")
    # Lines above and below, none beside: what is in the box is there to be copied.
    console.rule("How to call it")
    console.print(_how_to_call(deployed), markup=False)
    console.rule()
    return deployed


def _start(home: Home) -> None:
    try:
        processes.start(home)
    except processes.StartFailed as error:
        remedy = "read the log's end above; `make down`, then `make up`, starts from nothing."
        raise StepFailed(str(error), remedy=remedy) from None


def deploy_platform(home: Home, environment: Environment) -> Deployed:
    """Deploy an environment onto the embedded AWS of `home`, with its documents and a key."""
    log_file(home).write_text("")
    with step("Bootstrap the account for the CDK"):
        bootstrap(home, environment)
    with step(f"cdk deploy '{environment.name}/*'"):
        outputs = deploy(home, environment)
    with step("Upload the sample documents"):
        upload(home, environment, outputs["DocumentsBucket"])
    with step("Ingest them into the knowledge base"):
        ingest(home, environment)
    base_url = _path_form(home, outputs)
    with step("Issue an API key, unless the last one still works"):
        api_key = ensure_key(home, environment, base_url)
    deployed = Deployed(base_url=base_url, api_key=api_key, ca_file=str(home.ca_file))
    platform_file.write(home, deployed)
    return deployed


def _path_form(home: Home, outputs: dict[str, str]) -> str:
    """`*.execute-api.localhost` resolves nowhere on Debian; this path works for every client."""
    port = recall(home).ports["cloud"]
    stage = outputs["BaseUrl"].rstrip("/").split("/", 3)[3]
    return f"https://localhost:{port}/_aws/execute-api/{outputs['ApiId']}/{stage}"


def _how_to_call(deployed: Deployed) -> str:
    body = json.dumps({"model": ALIAS, "messages": [{"role": "user", "content": QUESTION}]})
    return f"""\
Base URL   {deployed.base_url}
API key    {deployed.api_key}

curl --cacert {_short(deployed.ca_file)} {deployed.base_url}/chat/completions \\
  -H 'Authorization: Bearer {deployed.api_key}' \\
  -H 'Content-Type: application/json' \\
  -d '{body}'

# SSL_CERT_FILE={_short(deployed.ca_file)} .venv/bin/python
from openai import OpenAI
client = OpenAI(base_url="{deployed.base_url}",
                api_key="{deployed.api_key}")
answer = client.chat.completions.create(
    model="{ALIAS}", messages=[{{"role": "user", "content": "{QUESTION}"}}])
print(answer.choices[0].message.content)"""


def _short(path: str) -> str:
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path
