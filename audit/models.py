"""What is said of models in a whole environment, by model."""

from collections.abc import Mapping

from audit.mentions import Mention
from audit.view import Resource


def by_model(found: Mapping[Mention, list[Resource]]) -> dict[str, list[Resource]]:
    models: dict[str, list[Resource]] = {}
    for mention, holders in found.items():
        models.setdefault(mention.model, []).extend(holders)
    return models
