"""What models may cost a month at most: the budgets that an application keeps or, without any, how
often they may be asked times what the dearest question and answer cost."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audit.calls import callers
from audit.ceilings import Ceiling, ceilings
from audit.facts import facts
from audit.mentions import named
from audit.quantities import Measure, money, tokens_read, tokens_written
from audit.shown import shown
from audit.values import number
from audit.view import Resource, View

BUDGETS, RATES = "budgets", "rates"
MILLION, SECONDS = 1_000_000, 31 * 86_400
STAGES = {
    "AWS::ApiGateway::Stage": "MethodSettings",
    "AWS::ApiGatewayV2::Stage": "DefaultRouteSettings",
}
# Of a REST API, the settings of all its methods.
ALL = (("HttpMethod", "*"), ("ResourcePath", "/*"))
# Other ways to whatever calls a model, for which no API counts.
PAST_AN_API = (
    "AWS::Lambda::Url",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Events::Rule",
    "AWS::Scheduler::Schedule",
    "AWS::SNS::Subscription",
    "AWS::Pipes::Pipe",
    "AWS::StepFunctions::StateMachine",
    "AWS::AppSync::GraphQLApi",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
)


@dataclass(frozen=True)
class WorstCase:
    """`usd` is None where nothing bounds it, and `by` then says what is missing."""

    usd: float | None
    by: str


def worst_case(view: View) -> WorstCase | None:
    """None of an environment that calls no model and has no budget."""
    budgets = list(ceilings(view, money).values())
    calling = callers(view)
    if not budgets and not calling:
        return None
    total = sum({(each.source, each.place): each.amount for each in budgets}.values())
    if budgets and total < math.inf:
        return WorstCase(total, BUDGETS)
    found = _by_rates(view, calling)
    lacking = _without_limit(budgets)
    return found if found.usd is not None or not lacking else WorstCase(None, lacking)


def _without_limit(budgets: Iterable[Ceiling]) -> str:
    places = sorted({each.said for each in budgets if each.amount == math.inf})
    return f"{shown(places[0])} has no limit" if places else ""


def _by_rates(view: View, calling: Sequence[Resource]) -> WorstCase:
    questions = _questions(view)
    if questions is None:
        return WorstCase(None, "no budget, and nothing says how often models may be asked")
    reads, writes = (_tokens(view, calling, each) for each in (tokens_read, tokens_written))
    if reads is None or writes is None:
        what = "reads" if reads is None else "writes"
        return WorstCase(None, f"no budget, and nothing says how much one call {what}")
    models = sorted({model for each in calling for model in named(each)})
    unknown = [each for each in models if each not in _prices()]
    if unknown or not models:
        what = f"of {unknown[0]}" if unknown else "of the models"
        return WorstCase(None, f"no budget, and no price {what} is known")
    dearest = max(_price(each, reads, writes) for each in models)
    return WorstCase(questions * dearest, RATES)


def _questions(view: View) -> float | None:
    """How many requests a month the stages of its APIs let through, if there is no other way."""
    rates = [_rate(each) for each in view.of(*STAGES)]
    if not rates or None in rates or any(view.of(*PAST_AN_API)):
        return None
    return SECONDS * sum(each for each in rates if each)


def _rate(stage: Resource) -> float | None:
    settings = stage.get(STAGES[stage.type])
    for each in settings if isinstance(settings, list) else [settings]:
        if isinstance(each, dict) and all(each.get(name, value) == value for name, value in ALL):
            return number(each.get("ThrottlingRateLimit"))
    return None


def _tokens(view: View, calling: Iterable[Resource], measure: Measure) -> float | None:
    """The most that any of them says; None if one says nothing."""
    said: dict[str, float] = {}
    for each in ceilings(view, measure).values():
        name = each.resource.name
        said[name] = max(said.get(name, 0), each.amount)
    found = [said.get(each.name, math.inf) for each in calling]
    return max(found) if found and max(found) < math.inf else None


def _price(model: str, reads: float, writes: float) -> float:
    read, written = _prices()[model]
    return (reads * read + writes * written) / MILLION


def _prices() -> dict[str, list[float]]:
    found: dict[str, list[float]] = facts("model_prices.toml")["model"]
    return found
