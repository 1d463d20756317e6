"""A model that is gone is an outage on a date that was announced."""

import re
from collections.abc import Iterator
from datetime import timedelta

from audit.environment import Environment, Resource, walk
from audit.lifecycle import end_of_life
from audit.rules.registry import ANY, rule

NOTICE = timedelta(days=90)
GEOGRAPHY = r"(?:(?:us|eu|apac|ap|jp|au|ca|in|global|us-gov)\.)?"
MODEL = re.compile(rf"(?:foundation-model|inference-profile)/{GEOGRAPHY}([\w.:-]+)")


@rule(
    "BR-MODEL-ALIVE",
    on=ANY,
    severity="high",
    category="models",
    fix="move to a model that stays; see Bedrock's page on the lifecycle of models",
)
def models_have_a_future(resource: Resource, around: Environment) -> Iterator[str]:
    """No named model reaches its end of life within 90 days."""
    ends = end_of_life()
    texts = [text for _, text in walk(resource.properties) if isinstance(text, str)]
    named = {id for text in texts for id in MODEL.findall(text)}
    for id in sorted(named & ends.keys()):
        if ends[id] <= around.limits.today + NOTICE:
            yield f"{id} ends on {ends[id]}"
