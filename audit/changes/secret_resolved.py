"""References to secrets that the deployment resolves in plain sight."""

from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.secret_places import ATTRIBUTE, DYNAMIC
from audit.template import Json

# CloudFormation resolves references here and the service keeps the value where many can read it.
PLAIN = (
    "Environment",
    "EnvironmentVariables",
    "UserData",
    "Tags",
    "Description",
    "Value",
    "Definition",
)


@on_change(
    "secret-resolved",
    category="secrets",
    fix="give the function the secret's ARN and let it read the value when it runs",
)
def references_stay_references(change: Change) -> Iterator[Hazard]:
    """No reference to a secret is resolved into where it can be read."""
    if not change.after:
        return
    before = set(_plain(change.before.properties, "")) if change.before else set()
    for place, value in sorted(set(_plain(change.after.properties, "")) - before):
        if DYNAMIC.search(value) or ATTRIBUTE.search(value):
            why = (
                "the deployment writes the secret's value where all readers of the resource see it"
            )
            yield Hazard("high", None, {place: "(a resolved secret)"}, why)


def _plain(value: Json, place: str, inside: bool = False) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _plain(each, f"{place}.{key}".lstrip("."), inside or key in PLAIN)
    elif isinstance(value, list):
        for each in value:
            yield from _plain(each, place, inside)
    elif isinstance(value, str) and inside:
        yield place, value
