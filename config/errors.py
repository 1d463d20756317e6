"""The one error of this package: a list of problems, each naming file, field, value and remedy."""

from collections.abc import Iterable
from dataclasses import dataclass

# A problem before it has a file: field, value given, what would be right.
Broken = tuple[str, object, str]


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a configuration file; `field` is a dotted path into it."""

    file: str
    field: str
    given: object
    expected: str

    def __str__(self) -> str:
        return f"{self.file}: {self.field} = {self.given!r}: {self.expected}"


class ConfigError(Exception):
    """Raised by `config.load`; `problems` holds all of them, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))
