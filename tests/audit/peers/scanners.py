"""The tools that judge one template: what they find in each, as (rule, resource).

None for a template that the tool cannot read.
"""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import cdk_nag
from aws_cdk import App, Stack
from aws_cdk.cloudformation_include import CfnInclude

from tests.audit.peers import cfripper_environment
from tests.packs import checkov

Found = Mapping[Path, frozenset[tuple[str, str]] | None]


def by_cdk_nag(files: Sequence[Path]) -> Found:
    """AwsSolutions, over an app that includes each template as a stack of its own."""
    return {path: _nag(path) for path in files}


def _nag(path: Path) -> frozenset[tuple[str, str]] | None:
    app = App()
    try:
        CfnInclude(Stack(app, "Shop"), "It", template_file=str(path))
    except RuntimeError:  # what jsii raises for a template that cannot become constructs
        return None
    report = cdk_nag.AwsSolutionsChecks(app).validate_scope(app)
    return frozenset(
        (violation.rule_name, resource.construct_path)
        for violation in report.violations
        for resource in violation.violating_resources
    )


def by_checkov(files: Sequence[Path]) -> Found:
    """Its rules for CloudFormation and its search for secrets, in one run."""
    checkov.install()
    command = [checkov.VENV / "bin" / "checkov", "--framework", "cloudformation", "secrets"]
    command += ["--skip-download", "--compact", "--output", "json", "--file", *files]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    reports = json.loads(ran.stdout)
    found: dict[Path, set[tuple[str, str]]] = {path: set() for path in files}
    for report in reports if isinstance(reports, list) else [reports]:
        for check in report["results"]["failed_checks"]:
            key = check["check_id"], check["resource"]
            found[Path(check["file_abs_path"])].add(key)
    return {path: frozenset(each) for path, each in found.items()}


def by_cfripper(files: Sequence[Path]) -> Found:
    """Every rule of its own, over resolved templates."""
    script = Path(__file__).with_name("cfripper_rules.py")
    ran = subprocess.run(
        [cfripper_environment.install(), script],
        input=json.dumps([str(path) for path in files]),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, list[tuple[str, str]] | None] = json.loads(ran.stdout)
    return {
        Path(path): None if each is None else frozenset((rule, where) for rule, where in each)
        for path, each in found.items()
    }
