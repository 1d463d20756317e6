"""One question to the local platform, over the same HTTPS that any client uses."""

import json
import ssl
import urllib.error
import urllib.request
from typing import Any

from local.platform_file import Deployed
from local.steps import StepFailed, console

# Two cores and a cold model: far more than it takes.
SECONDS = 60.0


def ask(deployed: Deployed, question: str, alias: str) -> dict[str, Any]:
    """The chat completion, as the API gives it; raises StepFailed with the API's own error."""
    body = {"model": alias, "messages": [{"role": "user", "content": question}]}
    request = urllib.request.Request(
        f"{deployed.base_url}/chat/completions",
        data=json.dumps(body).encode(),
        headers={
            "authorization": f"Bearer {deployed.api_key}",
            "content-type": "application/json",
        },
    )
    try:
        with _opener(deployed).open(request, timeout=SECONDS) as answer:
            completion: dict[str, Any] = json.loads(answer.read())
            return completion
    except urllib.error.HTTPError as error:
        told = error.read().decode(errors="replace")
        raise StepFailed(f"the API answered {error.code}: {told}", remedy=_remedy()) from None
    except OSError as error:
        raise StepFailed(f"the API cannot be reached: {error}", remedy=_remedy()) from None


def show(question: str, completion: dict[str, Any]) -> None:
    """The answer and where it comes from."""
    console.print(f"\n[bold]{question}[/]")
    console.print(completion["choices"][0]["message"]["content"].strip(), markup=False)
    for citation in completion.get("x_strata", {}).get("citations", [])[:1]:
        source = f"{citation['document']}, score {citation['score']}"
        console.print(f"[dim]Cited: {source}[/]")
        console.print(f"  {citation['passage'].strip()}", style="dim", markup=False)


def _opener(deployed: Deployed) -> urllib.request.OpenerDirector:
    trusted = ssl.create_default_context(cafile=deployed.ca_file)
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted)
    )


def _remedy() -> str:
    return "`make status` says what runs; `make up` starts what does not."
