"""cdk-nag's packs over a construct tree, and what they find in it."""

from collections.abc import Iterator

import cdk_nag
from aws_cdk import App

from tests.packs.assemblies import Finding, split

# Everywhere, and those whose findings are judged for prod alone.
EVERYWHERE = {
    "AwsSolutions": cdk_nag.AwsSolutionsChecks,
    "Serverless": cdk_nag.ServerlessChecks,
}
PROD = {
    "NIST 800-53 R5": cdk_nag.NIST80053R5Checks,
    "HIPAA Security": cdk_nag.HIPAASecurityChecks,
    "PCI DSS 3.2.1": cdk_nag.PCIDSS321Checks,
}


def findings(app: App, pack: type[cdk_nag.NagPack]) -> Iterator[Finding]:
    """What the pack does not find acknowledged; a rule that broke down counts as found."""
    for violation in pack(app).validate_scope(app).violations:
        for resource in violation.violating_resources:
            yield Finding(violation.rule_name, *split(resource.construct_path))


def of_prod(app: App, pack: type[cdk_nag.NagPack]) -> Iterator[Finding]:
    return (each for each in findings(app, pack) if each.environment == "prod")
