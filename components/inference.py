"""One alias's way to its models: an application inference profile each.

A model that makes embeddings has none: it is called as it is, or through AWS's own profile.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from aws_cdk import CfnTag
from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from constructs import Construct

from components.arns import destination_arns, foundation_model_arn, system_profile_arn
from config.models import Target

# There is no bedrock:Converse action: Converse is authorised as InvokeModel (bedrock-2026 §0).
EMBED = ["bedrock:InvokeModel"]
CONVERSE = [*EMBED, "bedrock:InvokeModelWithResponseStream"]


class Route(NamedTuple):
    """A model of an alias, and the profile through which it is called if it can have one."""

    target: Target
    profile: bedrock.CfnApplicationInferenceProfile | None


class Inference(Construct):
    """The application inference profiles of one alias, tagged so that its cost can be told."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: str,
        alias: str,
        tenant: str | None,
        targets: tuple[Target, ...],
    ) -> None:
        super().__init__(scope, id)
        tags = {"strata:environment": environment, "strata:alias": alias}
        if tenant:
            tags["strata:tenant"] = tenant
        name = "_".join(("strata", *tags.values()))  # no name holds one
        self.routes = [
            Route(target, self._profile(name, target, tags) if _can_have_one(target) else None)
            for target in targets
        ]

    @property
    def profile_ids(self) -> list[str]:
        """In the order of the alias's targets; empty for a model that can have none."""
        return [
            route.profile.attr_inference_profile_id if route.profile else ""
            for route in self.routes
        ]

    def _profile(
        self, name: str, target: Target, tags: dict[str, str]
    ) -> bedrock.CfnApplicationInferenceProfile:
        source = (
            system_profile_arn(self, target.id)
            if target.prefix
            else foundation_model_arn(self, target.model.id)
        )
        return bedrock.CfnApplicationInferenceProfile(
            self,
            # Everything in a profile is create-only: another model is another resource.
            target.id,
            inference_profile_name=_profile_name(name, target),
            model_source=bedrock.CfnApplicationInferenceProfile.InferenceProfileModelSourceProperty(
                copy_from=source
            ),
            tags=[CfnTag(key=key, value=value) for key, value in tags.items()],
        )


def grant_embed(scope: Construct, grantee: iam.IGrantable, targets: Iterable[Target]) -> None:
    """Allow exactly these models, which make embeddings: they take no guardrail."""
    for target in targets:
        through = [system_profile_arn(scope, target.id)] if target.prefix else []
        if through:
            _allow(grantee, through, {})
        only = {"StringLike": {"bedrock:InferenceProfileArn": through}} if through else {}
        _allow(grantee, destination_arns(scope, target), only)


def deny_other_endpoints(grantee: iam.IGrantable) -> None:
    """Refuse the ways to a model that guardrails, profiles and invocation logs do not cover."""
    grantee.grant_principal.add_to_principal_policy(
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            actions=["bedrock-mantle:*", "bedrock:CallWithBearerToken"],
            resources=["*"],
        )
    )


def _can_have_one(target: Target) -> bool:
    return target.model.capabilities.application_profiles


def _allow(
    grantee: iam.IGrantable, resources: list[str], conditions: dict[str, dict[str, list[str]]]
) -> None:
    statement = iam.PolicyStatement(actions=EMBED, resources=resources, conditions=conditions)
    grantee.grant_principal.add_to_principal_policy(statement)


def _profile_name(name: str, target: Target) -> str:
    """At most 64 letters, digits, single hyphens and underscores; a hash where text is cut."""
    readable = "".join(c if c.isalnum() or c == "_" else "-" for c in f"{name}-{target.id}")
    if len(readable) <= 64:
        return readable
    return f"{readable[:55].rstrip('-_')}-{sha256(readable.encode()).hexdigest()[:8]}"
