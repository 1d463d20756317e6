"""Secrets in what a template says beside its resources: mappings, metadata, descriptions."""

from collections.abc import Iterator, Mapping

from audit.change import Comparison, Hazard, on_environment
from audit.secret import is_called_secret, is_secret
from audit.template import Json, Template

SECTIONS = ("Mappings", "Metadata", "Description", "Conditions", "Rules")


@on_environment(
    "secret-section",
    category="secrets",
    fix="keep it in Secrets Manager, read it at run time, and rotate it: it was in a repository",
)
def sections_hold_no_secret(compared: Comparison) -> Iterator[Hazard]:
    """No mapping, metadata or description of a template holds a secret."""
    for name, template in compared.head.templates.items():
        before = compared.base.templates.get(name)
        known = set(_texts(before)) if before else set()
        for place, value in _texts(template):
            if (place, value) not in known and is_secret(value, named=is_called_secret(place)):
                why = "everyone who can read the template has it"
                yield Hazard("critical", None, {place: "(masked)"}, why, subject=name)


def _texts(template: Template) -> Iterator[tuple[str, str]]:
    for section in SECTIONS:
        yield from _leaves(template.raw.get(section), section)


def _leaves(value: Json, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _leaves(each, str(key))
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, name)
    elif isinstance(value, str):
        yield name, value
