"""Code of other accounts that runs with a function's permissions."""

import re
from collections.abc import Iterator

from audit.change import Change, Hazard, on_change

LAYER = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]*:(\d{12}):layer:([^:]+)")
# AWS keeps its own layers in many accounts; their names are all that tells them.
OF_AWS = re.compile(r"^(AWS|LambdaInsights|aws-otel)", re.I)


@on_change(
    "foreign-code",
    category="access",
    on=("AWS::Lambda::Function", "AWS::Serverless::Function"),
    fix="copy the layer into an account of your own, and name that",
)
def layers_are_ours(change: Change) -> Iterator[Hazard]:
    """No function newly runs a layer of another account."""
    ours = {change.head.account(change.resource), ""}
    before = change.was("Layers") or []
    for layer in change.now("Layers") or []:
        found = LAYER.match(str(layer))
        if found and layer not in before and found[1] not in ours:
            severity = "low" if OF_AWS.match(found[2]) else "medium"
            why = "whoever owns the layer's account decides what runs with the function's role"
            yield Hazard(severity, None, layer, why)
