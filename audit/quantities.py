"""What a setting's name says that its number is: money that may be spent, or how often a model may
be asked, or how much one question may hold. Nothing else tells, for the number stands in a file."""

from collections.abc import Callable
from functools import cache

from audit.words import in_words

# A name, and the name of what holds it: how many of our units one of the setting's is; None if it
# says something else.
Measure = Callable[[str, str], float | None]

# Of a month: its longest is meant, for what is said is the most.
PERIODS = {
    "minute": 31 * 1440.0,
    "minutely": 31 * 1440.0,
    "hour": 31 * 24.0,
    "hourly": 31 * 24.0,
    "day": 31.0,
    "daily": 31.0,
    "month": 1.0,
    "monthly": 1.0,
    "week": 31 / 7,
    "weekly": 31 / 7,
    "quarter": 1 / 3,
    "quarterly": 1 / 3,
    "year": 1 / 12,
    "yearly": 1 / 12,
    "annual": 1 / 12,
    "annually": 1 / 12,
}
UNITS = {"micro": 1e-6, "milli": 1e-3, "cent": 1e-2, "cents": 1e-2}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


LIMIT = _set("limit cap max maximum quota ceiling")
BUDGET = _set("budget budgets allowance")
MONEY = _set("spend spending cost costs usd dollar dollars cent cents money")
OFTEN = _set("rps rpm rpd tps tpm tpd qps")
ASKED = _set("request requests call calls query queries message messages invocation invocations")
TOKENS = _set("token tokens")
QUESTION = _set("input prompt context question")
# What only names a thing.
THING = _set("table name arn id topic queue bucket url key email function parameter path alarm")
# How long something holds, such as a token that is no model's.
AGE = _set("access refresh session age ttl expiry expires expiration validity days seconds ms")
# What has a budget and is no money, and what is no bound of money.
OTHER = _set(
    "ms second seconds time timeout latency error errors retry retries percent pct ratio fraction"
    " used spent remaining alert warn warning notify notification threshold price"
)
NO_MONEY = THING | TOKENS | ASKED | OTHER


def money(name: str, holder: str) -> float | None:
    """US dollars a month."""
    words = _words(name)
    if words & NO_MONEY or not (words & BUDGET or (words & MONEY and words & LIMIT)):
        return None
    return _first(UNITS, words) * _first(PERIODS, words | (_words(holder) & PERIODS.keys()))


def rate(name: str, _: str) -> float | None:
    """Requests or tokens a period, whatever that is: numbers of one name are compared."""
    words = _words(name)
    per_period = words & {"per", "quota"} or words & PERIODS.keys()
    counted = words & (ASKED | TOKENS) and per_period
    said = words & OFTEN or {"rate", "limit"} <= words or counted
    return 1 if said and not words & (THING | AGE) else None


def tokens_read(name: str, _: str) -> float | None:
    """Tokens that one question may hold."""
    words = _words(name)
    return 1 if words & TOKENS and words & LIMIT and words & QUESTION else None


def tokens_written(name: str, _: str) -> float | None:
    """Tokens that one answer may hold."""
    words = _words(name)
    of_others = words & QUESTION or words & {"per", "quota"} or words & PERIODS.keys()
    return 1 if words & TOKENS and words & LIMIT and not of_others else None


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(in_words(name))


def _first(factors: dict[str, float], words: frozenset[str]) -> float:
    return next((factors[each] for each in sorted(words) if each in factors), 1.0)
