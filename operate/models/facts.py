"""What is known about one model while the catalogue is made: the tables of its TOML entry."""

from typing import Any

# The shape of config.models.Model, before it is judged there.
Facts = dict[str, Any]
