"""Findings of rule packs that we live with: which, where, why, whose decision, and until when."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from config.errors import Problem
from config.frozen import Frozen
from config.gate import Finding
from config.names import Name
from config.schema import Environment

FILE = "config/accepted.toml"
LONGEST = timedelta(days=366)
SOON = timedelta(days=30)
HASH = re.compile(r"[0-9a-f]{8,64}")
# By its shape a rule says whose it is: cdk-nag's packs, checkov, cfn-lint, cdk-preflight, ours.
RULE = (
    r"^((AwsSolutions|Serverless|NIST\.800\.53\.R5|HIPAA\.Security|PCI\.DSS\.321)-\S+"
    r"|CKV2?_AWS_[0-9]+|[EWI][0-9]{4}|pf-[a-z0-9-]+|BR(-[A-Z]+)+)$"
)
# What an environment lacks as a whole has no resource to be found on.
WHOLE = "(environment)"
# What packs repeat of an environment in the ids of their findings; `{account}` stands for it.
SAID = ("environment", "account", "region")


def _qualified(path: str) -> str:
    if path == WHOLE:
        return path
    parts = path.removesuffix("/").split("/")
    if len(parts) < 2 or "*" in path or "" in parts:
        raise ValueError(
            'one resource by its construct path, such as "Gateway/Chat/Function", or with a last '
            '"/" all that one construct holds; neither a whole stack nor a pattern'
        )
    return path


def _placed(rule: str) -> str:
    if unknown := set(re.findall(r"{(.*?)}", rule)) - set(SAID):
        raise ValueError(f"{', '.join(SAID)} in braces, and nothing else, not {unknown.pop()!r}")
    return rule


Rule = Annotated[str, Field(pattern=RULE), AfterValidator(_placed)]
Resource = Annotated[str, AfterValidator(_qualified)]


class Accepted(Frozen):
    """One decision: these rules may find these resources, everywhere unless environments are named.

    A resource is its construct path within the environment, as `resource_name` spells it.
    """

    rules: tuple[Rule, ...] = Field(min_length=1)
    resources: tuple[Resource, ...] = Field(min_length=1)
    environments: tuple[Name, ...] = ()
    reason: str = Field(min_length=20)
    owner: str = Field(min_length=1)
    until: date

    def names(self, resource: str) -> bool:
        """Itself, or a construct of which it is a part."""
        return any(
            resource.startswith(each) if each.endswith("/") else resource == each
            for each in self.resources
        )

    def holds_in(self, environment: str) -> bool:
        return not self.environments or environment in self.environments


def resource_name(path: str) -> str:
    """A construct path without hashes of content, which an edit changes, and a last `/Resource`."""
    parts = [part for part in path.split("/") if not HASH.fullmatch(part)]
    return "/".join(parts).removesuffix("/Resource")


Ledger = Mapping[str, Accepted]


def held_in(ledger: Ledger, environment: Environment) -> Ledger:
    """What an environment lives with, each rule as the packs call it there."""
    return {
        name: accepted.model_copy(
            update={"rules": tuple(_written_out(rule, environment) for rule in accepted.rules)}
        )
        for name, accepted in ledger.items()
        if accepted.holds_in(environment.name)
    }


def _written_out(rule: str, environment: Environment) -> str:
    said = (environment.name, environment.account, environment.region)
    for name, value in zip(SAID, said, strict=True):
        rule = rule.replace(f"{{{name}}}", value)
    return rule


def overdue(ledger: Ledger, today: date) -> Iterator[Finding]:
    """What has expired, will soon, or was accepted for longer than anybody can foresee."""
    for name, accepted in ledger.items():
        if accepted.until < today:
            yield _finding("fail", name, accepted, f"expired: mend it, or decide again ({today})")
        elif accepted.until > today + LONGEST:
            yield _finding("fail", name, accepted, f"at most 12 months from today ({today})")
        elif accepted.until < today + SOON:
            yield _finding("warn", name, accepted, f"expires soon: decide again ({today})")


def _finding(level: str, name: str, accepted: Accepted, expected: str) -> Finding:
    problem = Problem(FILE, f"{name}.until", str(accepted.until), expected)
    return Finding("fail" if level == "fail" else "warn", problem)
