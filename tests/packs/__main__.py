"""`make packs`: every rule pack over every environment as one table, and docs/compliance.md."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from config.accepted import FILE
from config.load import environment_names
from tests.packs import bedrock, checkov, lint, nag
from tests.packs.assemblies import Assembly, Finding, assemble, validation
from tests.packs.page import PAGE, page


def main() -> int:
    with TemporaryDirectory() as folder:
        assembly = assemble(Path(folder))
        found = {pack: list(findings) for pack, findings in run(assembly).items()}
        PAGE.write_text(page(), encoding="utf-8")
    print(table(found))
    for finding in (finding for findings in found.values() for finding in findings):
        print(f"not accepted: {finding.environment}: {finding.rule} on {finding.resource}")
    print(f"wrote {PAGE.name}")
    return 1 if any(found.values()) else 0


def run(assembly: Assembly) -> Mapping[str, Sequence[Finding]]:
    """What each pack finds that is not accepted."""
    app = assembly.app
    return {
        **{name: list(nag.findings(app, pack)) for name, pack in nag.EVERYWHERE.items()},
        **{f"{name} (prod)": list(nag.of_prod(app, pack)) for name, pack in nag.PROD.items()},
        "checkov": list(checkov.failed(assembly)),
        "cfn-lint": list(lint.findings(assembly)),
        "cdk-preflight, CDK": list(validation(assembly)),
        "ours, for Bedrock": list(bedrock.findings(assembly, "--accepted", FILE)),
    }


def table(found: Mapping[str, Sequence[Finding]]) -> str:
    """A row a pack, a column an environment."""
    names = environment_names()
    lines = [f"{'not accepted':24}" + "".join(f"{name:>9}" for name in names)]
    for pack, findings in found.items():
        count = Counter(each.environment for each in findings)
        lines.append(f"{pack:24}" + "".join(f"{count[name]:>9}" for name in names))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
