"""Run the rules over an environment: in both branches of every open condition."""

import re
from collections.abc import Iterable, Iterator, Sequence

from audit.environment import Environment, Resource, Unjudgeable, resolved
from audit.errors import ODD
from audit.finding import Finding
from audit.limits import Limits
from audit.rules.registry import ANY, WHOLE, Rule
from audit.template import Template
from audit.viewed import has_undecided

ACCOUNT = re.compile(r"(?<![0-9a-fA-F-])[0-9]{12}(?![0-9a-fA-F])")


def judge(
    name: str, templates: Sequence[Template], rules: Iterable[Rule], limits: Limits
) -> list[Finding]:
    """The findings in an environment, by rule and resource, each once."""
    ways = (True, False) if has_undecided(templates) else (True,)
    branches = [resolved(name, templates, limits, undecided=each) for each in ways]
    found = {
        finding: None
        for rule in rules
        for environment in branches
        for finding in _findings(rule, environment)
    }
    return sorted(found, key=lambda each: (each.rule, each.resource, each.after))


def _findings(rule: Rule, environment: Environment) -> Iterator[Finding]:
    for resource in _subjects(rule, environment):
        for after in _complaints(rule, resource, environment):
            yield Finding(
                rule=rule.id,
                category=rule.category,
                severity=rule.severity,
                environment=environment.name,
                resource=resource.name,
                before="",
                after=after,
                why=rule.sentence,
                fix=rule.fix,
            )


def _subjects(rule: Rule, environment: Environment) -> Sequence[Resource]:
    if rule.on == (WHOLE,):
        return [Resource("", WHOLE, WHOLE, {})]
    return environment.resources if rule.on == (ANY,) else environment.of_type(*rule.on)


def _complaints(rule: Rule, resource: Resource, environment: Environment) -> Iterator[str]:
    """What the rule found. A value that it cannot read is found as well: never passed over."""
    try:
        for found in rule.judge(resource, environment):
            yield shown(found)
    except Unjudgeable as error:
        yield shown(f"cannot be judged: {error}")
    except ODD as error:
        yield shown(f"cannot be judged: {type(error).__name__}")


def shown(text: str) -> str:
    """What a finding may say in public: no account's number, and nothing that steers a terminal."""
    return "".join(c if c.isprintable() else " " for c in ACCOUNT.sub("(account)", text))
