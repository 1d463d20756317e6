"""When AWS withdraws models, as far as it has said."""

from datetime import date

from audit.facts import facts


def end_of_life() -> dict[str, date]:
    """Model id to its last day; a model that is not there has none announced."""
    found: dict[str, date] = facts("model_lifecycle.toml")["end_of_life"]
    return found


def is_gone(model: str) -> bool:
    """Is it of a family that was withdrawn before this file was begun?"""
    return model.startswith(tuple(facts("model_lifecycle.toml")["gone"]["families"]))
