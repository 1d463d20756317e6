"""Which web pages may read what a service answers."""

from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.template import Json
from audit.view import Resource

ORIGINS = ("access-control-allow-origin", "alloworigins", "alloweddomains", "allowedorigins")


@on_change("cors-any-origin", category="exposure", fix="name the origins whose pages may call")
def origins_are_named(change: Change) -> Iterator[Hazard]:
    """Pages of any web site may not read what only some could read before."""
    if _any_origin(change.after) and not _any_origin(change.before):
        severity = "high" if _credentials(change.after) else "medium"
        yield Hazard(
            severity,
            _origins(change.before),
            "*",
            "any web page may read its answers in its visitors' browsers",
        )


def _any_origin(resource: Resource | None) -> bool:
    return any(each.strip("'\"") == "*" for each in _origins(resource))


def _origins(resource: Resource | None) -> list[str]:
    return sorted(set(_found(resource.properties))) if resource else []


def _found(value: Json) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            key = str(name).lower()
            if key.endswith(ORIGINS) and each:
                for text in each if isinstance(each, list) else [each]:
                    if isinstance(text, str):
                        yield text
                    elif isinstance(text, Mapping):
                        yield from _texts(text)
            yield from _found(each)
    elif isinstance(value, list):
        for each in value:
            yield from _found(each)


def _texts(value: Json) -> Iterator[str]:
    for each in (
        value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else []
    ):
        if isinstance(each, str):
            yield each
        else:
            yield from _texts(each)


def _credentials(resource: Resource | None) -> bool:
    return bool(resource) and "'AllowCredentials': True" in str(
        resource.properties if resource else ""
    )
