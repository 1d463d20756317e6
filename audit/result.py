"""What an audit came to: everything that its reports are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.accepted import Waiver
from audit.finding import SEVERITIES, Finding
from audit.provenance import Provenance
from audit.verdict import Policy, overall
from audit.worst_case import WorstCase


@dataclass(frozen=True)
class Environment:
    """`counts` are resources by what happens to them; `cost` is (before, after) a month, of what is
    there; `models` is what models may cost at most, of an environment that calls any;
    `rules`, of those how many of the pack's are broken newly, are mended, or stay broken."""

    name: str
    counts: Mapping[str, int]
    cost: tuple[float, float]
    models: tuple[WorstCase | None, WorstCase | None]
    not_understood: Sequence[str]
    rules: Mapping[str, int]


@dataclass(frozen=True)
class Result:
    """`findings` are open ones; `accepted` are those that a waiver covers, with it."""

    environments: Sequence[Environment]
    findings: Sequence[Finding]
    accepted: Sequence[tuple[Finding, Waiver]]
    policy: Policy
    base: str
    head: str
    approved: frozenset[str]
    provenance: Provenance

    @property
    def verdict(self) -> str:
        return overall(self.policy, self.findings, self.approved)

    @property
    def owners(self) -> list[str]:
        """The groups that have yet to approve."""
        return [each for each in self.policy.owners_of(self.findings) if each not in self.approved]

    def verdict_of(self, environment: str) -> str:
        return overall(self.policy, self.of(environment), self.approved)

    def of(self, environment: str) -> list[Finding]:
        return [each for each in self.findings if each.environment == environment]

    def with_verdict(self, verdict: str) -> list[Finding]:
        """Those that mean this verdict, gravest first."""
        found = [each for each in self.findings if self.policy.verdict(each) == verdict]
        return sorted(
            found,
            key=lambda each: (
                SEVERITIES.index(each.severity),
                each.rule,
                each.resource,
                each.environment,
            ),
        )
