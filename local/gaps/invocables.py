"""What a model identifier of a request stands for here: an id, a profile, or one's own profile."""

from dataclasses import dataclass

from ministack.core.responses import get_account_id, get_region
from ministack.services import bedrock

from config.load import load_catalogue
from config.models import Model, invocable_ids

UNKNOWN = "The provided model identifier is invalid."


class NotInvocable(Exception):
    """Why Bedrock would refuse the identifier, in its words."""


@dataclass(frozen=True)
class Invocable:
    """A model, the profile that leads to it, and every foundation-model ARN that may serve it."""

    model: Model
    profile_arn: str | None
    model_arns: tuple[str, ...]


def resolve(identifier: str) -> Invocable:
    """What this region invokes under the identifier; raises NotInvocable as Bedrock refuses it."""
    kind, _, name = _resource(identifier).partition("/")
    if kind == "application-inference-profile":
        return _application(identifier)
    if kind == "inference-profile":
        return _through_profile(name)
    if kind == "foundation-model":
        return _on_demand(name)
    return _on_demand(kind) if kind in load_catalogue() else _through_profile(kind)


def profile_arn(profile_id: str) -> str:
    """The ARN of a profile that AWS defines, as this account calls it."""
    return f"arn:aws:bedrock:{get_region()}:{get_account_id()}:inference-profile/{profile_id}"


def model_arn(model_id: str, region: str) -> str:
    """A foundation model's ARN; an empty region is the one that global profiles route through."""
    return f"arn:aws:bedrock:{region}::foundation-model/{model_id}"


def destination_arns(model: Model, prefix: str) -> tuple[str, ...]:
    """Where a request through this prefix's profile may be served; empty if not from here."""
    regions = model.destinations(prefix, get_region())
    everywhere = ("",) if prefix == "global" and regions else ()
    return tuple(model_arn(model.id, region) for region in (*regions, *everywhere))


def _resource(identifier: str) -> str:
    if not identifier.startswith("arn:"):
        return identifier
    parts = identifier.split(":", 5)
    if len(parts) < 6 or parts[2] != "bedrock" or parts[3] != get_region():
        raise NotInvocable(UNKNOWN)
    return parts[5]


def _on_demand(model_id: str) -> Invocable:
    model = load_catalogue().get(model_id)
    if model is None:
        raise NotInvocable(UNKNOWN)
    usable = invocable_ids(model, get_region())
    if not usable:
        raise NotInvocable(UNKNOWN)
    if model_id not in usable:
        raise NotInvocable(
            f"Invocation of model ID {model_id} with on-demand throughput isn’t supported. Retry "
            "your request with the ID or ARN of an inference profile that contains this model."
        )
    return Invocable(model, None, (model_arn(model_id, get_region()),))


def _through_profile(profile_id: str) -> Invocable:
    prefix, _, model_id = profile_id.partition(".")
    model = load_catalogue().get(model_id)
    served_by = destination_arns(model, prefix) if model is not None else ()
    if model is None or not served_by:
        raise NotInvocable(UNKNOWN)
    return Invocable(model, profile_arn(profile_id), served_by)


def _application(arn: str) -> Invocable:
    own = bedrock._inference_profiles_apps.get(arn.rpartition("/")[2])
    if own is None or own["InferenceProfileArn"] != arn:
        raise NotInvocable(UNKNOWN)
    source = resolve(own["CopiedFrom"])
    return Invocable(source.model, arn, source.model_arns)
