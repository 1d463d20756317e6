"""Our own rules over the templates of an assembly, as `python -m audit rules` runs them."""

import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO

from audit.__main__ import main
from tests.packs.assemblies import Assembly, Finding, resource

TODAY = "2026-11-24"


def findings(assembly: Assembly, *arguments: str) -> Iterator[Finding]:
    """What is open, each resource by the path of its construct."""
    with redirect_stdout(StringIO()) as told:
        main(["rules", str(assembly.outdir), "--json", "--today", TODAY, *arguments])
    for found in json.loads(told.getvalue())["findings"]:
        yield Finding(found["rule"], found["environment"], _path(assembly, found))


def _path(assembly: Assembly, found: dict[str, str]) -> str:
    stack, _, id = found["resource"].partition("/")
    if not id:
        return stack
    stack = stack.replace("-", "", 1)
    (template,) = assembly.outdir.glob(f"assembly-*/{stack}*.template.json")
    return resource(template, id)[1]
