"""cfn-lint over the templates of an assembly, run as anybody runs it: warnings count."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.packs.assemblies import Assembly, Finding

CFN_LINT = Path(sys.executable).with_name("cfn-lint")


def findings(assembly: Assembly) -> Iterator[Finding]:
    """What it reports; a finding on no resource names the template instead."""
    command = [CFN_LINT, "--format", "json", *assembly.templates()]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    for match in json.loads(ran.stdout):
        template, path = Path(match["Filename"]), match["Location"]["Path"] or []
        rule = match["Rule"]["Id"]
        if path[:1] == ["Resources"] and len(path) > 1:
            yield Finding(rule, *assembly.resource(template, path[1]))
        else:
            yield Finding(rule, template.parent.name.removeprefix("assembly-"), template.name)
