"""The only reader of configuration files: catalogue, guardrails, environments, what is accepted."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from config.accepted import FILE as ACCEPTED
from config.accepted import Ledger
from config.errors import ConfigError, Problem
from config.guardrail import Guardrail
from config.guardrail_profiles import GuardrailProfile
from config.guardrail_rules import broken_rules
from config.knowledge import STRATEGIES
from config.models import Catalogue, Model
from config.references import broken_references
from config.schema import Environment

HERE = Path(__file__).parent
ENVIRONMENTS = HERE / "environments"
MODELS = HERE / "models.toml"
GUARDRAILS = HERE / "guardrails"
PROFILES = HERE / "guardrail_profiles.toml"
# Where the fields of a file are described.
PAGES = {"config/guardrails/": "edit-a-guardrail", ACCEPTED: "accept-a-finding"}
LEDGER: TypeAdapter[Ledger] = TypeAdapter(Ledger)


def environment_names() -> tuple[str, ...]:
    """The environments that have a file, in the order in which a change travels."""
    order = ("local", "dev", "staging", "prod")
    names = {path.stem for path in ENVIRONMENTS.glob("*.toml")}
    return (*(n for n in order if n in names), *sorted(names.difference(order)))


def load_environment(name: str) -> Environment:
    """Read, judge and resolve one environment; raises ConfigError with every problem found."""
    if name not in environment_names():
        expected = f"no such environment; there are {list(environment_names())}"
        raise ConfigError([Problem("config/environments", "environment", name, expected)])
    text = _read(ENVIRONMENTS / f"{name}.toml")
    return parse_environment(name, text, load_catalogue())


def parse_environment(
    name: str,
    text: str,
    catalogue: Catalogue,
    guardrails: Mapping[str, Guardrail] | None = None,
) -> Environment:
    """Judge the text of an environment file; raises ConfigError with every problem found.

    Its guardrails are those of `config/guardrails`, unless others are given.
    """
    file = str(_shown(ENVIRONMENTS / f"{name}.toml"))
    declared = _parse_toml(file, text)
    if "name" in declared:
        expected = "no such field here: an environment is named by its file"
        raise ConfigError([Problem(file, "name", declared["name"], expected)])
    region = declared.get("region")
    # A region that is no text is refused as such; no model is offered in it either.
    context = {
        "catalogue": catalogue,
        "region": region if isinstance(region, str) else "",
        "guardrails": load_guardrails() if guardrails is None else guardrails,
    }
    try:
        environment = Environment.model_validate({"name": name, **declared}, context=context)
    except ValidationError as error:
        raise ConfigError(_problems(file, error)) from None
    problems = [Problem(file, *broken) for broken in broken_references(environment)]
    if problems:
        raise ConfigError(problems)
    return environment


@cache
def load_catalogue() -> Catalogue:
    """The models of `config/models.toml` by id; raises ConfigError with every problem found."""
    return parse_catalogue(_read(MODELS))


def parse_catalogue(text: str) -> Catalogue:
    """Judge the text of a catalogue; raises ConfigError with every problem found."""
    file = str(_shown(MODELS))
    models: dict[str, Model] = {}
    problems: list[Problem] = []
    for id, facts in _parse_toml(file, text).items():
        try:
            models[id] = Model.model_validate({"id": id, **facts})
        except ValidationError as error:
            problems.extend(_problems(file, error, within=f'"{id}".'))
    if problems:
        raise ConfigError(problems)
    return models


@cache
def load_guardrails() -> Mapping[str, Guardrail]:
    """Those of `config/guardrails` by name; raises ConfigError with every problem found."""
    guardrails: dict[str, Guardrail] = {}
    problems: list[Problem] = []
    for path in sorted(GUARDRAILS.glob("*.toml")):
        try:
            guardrails[path.stem] = parse_guardrail(path.stem, _read(path))
        except ConfigError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigError(problems)
    return guardrails


def parse_guardrail(name: str, text: str) -> Guardrail:
    """Judge the text of a guardrail file; raises ConfigError with every problem found."""
    file = str(_shown(GUARDRAILS / f"{name}.toml"))
    declared = _parse_toml(file, text)
    try:
        guardrail = Guardrail.model_validate(
            declared, context={"profiles": load_guardrail_profiles()}
        )
    except ValidationError as error:
        raise ConfigError(_problems(file, error)) from None
    if problems := [Problem(file, *broken) for broken in broken_rules(guardrail)]:
        raise ConfigError(problems)
    return guardrail


@cache
def load_guardrail_profiles() -> Mapping[str, GuardrailProfile]:
    """Those of `config/guardrail_profiles.toml` by geography."""
    declared = _parse_toml(str(_shown(PROFILES)), _read(PROFILES))
    return {
        name: GuardrailProfile(geography=name, sources=sources)
        for name, sources in declared.items()
    }


@cache
def load_accepted() -> Ledger:
    """What `config/accepted.toml` lives with, by name; raises ConfigError with every problem."""
    return parse_accepted(_read(HERE.parent / ACCEPTED))


def parse_accepted(text: str) -> Ledger:
    """Judge the text of a ledger; raises ConfigError with every problem found."""
    try:
        ledger = LEDGER.validate_python(_parse_toml(ACCEPTED, text))
    except ValidationError as error:
        raise ConfigError(_problems(ACCEPTED, error)) from None
    known = environment_names()
    if problems := [
        Problem(ACCEPTED, f"{name}.environments", unknown, f"one of {list(known)}")
        for name, accepted in ledger.items()
        for unknown in accepted.environments
        if unknown not in known
    ]:
        raise ConfigError(problems)
    return ledger


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        expected = f"is not UTF-8: {error.reason} at byte {error.start}"
        raise ConfigError([Problem(str(_shown(path)), "(the file)", "…", expected)]) from None


def _parse_toml(file: str, text: str) -> Mapping[str, Any]:
    try:
        declared = tomllib.loads(text)
        repr(declared)  # what cannot be shown could not be told of in an error either
        return declared
    except (ValueError, RecursionError) as error:  # a number or a nesting that Python gives up on
        raise ConfigError([Problem(file, "(the file)", "…", f"is not TOML: {error}")]) from None


def _problems(file: str, error: ValidationError, within: str = "") -> Iterator[Problem]:
    for detail in error.errors():
        field = within + ".".join(_path(detail["loc"]))
        given = "(missing)" if detail["type"] == "missing" else detail["input"]
        yield Problem(file, field, given, _expectation(file, detail["type"], detail["msg"]))


def _path(loc: Sequence[int | str]) -> Iterator[str]:
    """As the file says it: without pydantic's word for a key, and without a strategy's name."""
    for before, part in zip(("", *loc), loc, strict=False):
        if part != "[key]" and not (before == "chunking" and part in STRATEGIES):
            yield str(part)


def _expectation(file: str, kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        page = next((p for f, p in PAGES.items() if file.startswith(f)), "add-an-environment")
        return f"no such field here; see docs/howto/{page}.md for those that exist"
    # TOML calls them lists.
    return message.removeprefix("Value error, ").replace("tuple", "list").replace("Tuple", "List")


def _shown(path: Path) -> Path:
    """Errors name files as a reader of the repository knows them."""
    return path.relative_to(HERE.parent) if path.is_relative_to(HERE.parent) else path
