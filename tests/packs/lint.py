"""cfn-lint over the templates of assemblies, run as anybody runs it: warnings count."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.packs.assemblies import Assembly, Finding, distinct, resource

CFN_LINT = Path(sys.executable).with_name("cfn-lint")


def findings(*assemblies: Assembly) -> Iterator[Finding]:
    """What it reports; a finding on no resource names the template instead."""
    command = [CFN_LINT, "--format", "json", *distinct(assemblies)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    for match in json.loads(ran.stdout):
        template, path = Path(match["Filename"]), match["Location"]["Path"] or []
        rule = match["Rule"]["Id"]
        if path[:1] == ["Resources"] and len(path) > 1:
            yield Finding(rule, *resource(template, path[1]))
        else:
            yield Finding(rule, template.parent.name.removeprefix("assembly-"), template.name)
