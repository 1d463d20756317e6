"""How new code reaches the requests: at once, or a tenth of them first, and back by alarms."""

from collections.abc import Sequence

from aws_cdk import Stack
from constructs import Construct

from components.alarm import Alarm
from components.canary import Canary
from components.handler import Handler
from config.alarm_table import OF_A_RELEASE
from config.alarms import alarms_of
from config.schema import Environment


def release(stack: Stack, environment: Environment, handlers: Sequence[Handler]) -> None:
    """Watch the handlers' releases, if the environment says that they are canaries."""
    if environment.operations.deployment != "canary":
        return
    canary, scope = Canary(stack, "Canary"), Construct(stack, "Releases")
    declared = [each for each in alarms_of(environment) if each.row.name in OF_A_RELEASE]
    shared = [Alarm(scope, each.row.name, declared=each) for each in declared if not each.subject]
    for handler in handlers:
        (crashes,) = (each for each in declared if each.subject == handler.node.id.lower())
        own = Alarm(scope, crashes.name, declared=crashes, dimensions=_of_alias(handler))
        canary.release(handler, alarms=[*shared, own])


def _of_alias(handler: Handler) -> dict[str, str]:
    name = handler.function.function_name
    return {"FunctionName": name, "Resource": f"{name}:{handler.live.alias_name}"}
