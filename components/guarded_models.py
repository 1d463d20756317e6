"""The right to call models that write, each under one version of one guardrail and no other way.

https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions-id.html
"""

from collections.abc import Iterable, Mapping, Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from components.arns import destination_arns, system_profile_arn
from components.guardrail import Guardrail
from components.inference import CONVERSE, Route

GUARDRAIL, PROFILE = "bedrock:GuardrailIdentifier", "bedrock:InferenceProfileArn"


class GuardedModels(Construct):
    """A managed policy for each list of routes, of which one role may hold ten.

    They are named after what the guardrail says: an edit makes new ones beside the old ones, which
    CloudFormation takes away when everything else is done. Until then both versions may be called
    with, so that neither the functions of yesterday nor those of today are refused.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        guardrail: Guardrail,
        routes: Sequence[Sequence[Route]],
        role: iam.Role,
    ) -> None:
        super().__init__(scope, id)
        for number, each in enumerate(routes):
            name = f"{guardrail.content}{number or ''}"
            statements = _statements(self, guardrail, each)
            iam.ManagedPolicy(self, name, statements=statements, roles=[role])


def deny_unguarded(grantee: iam.IGrantable, guardrails: Iterable[Guardrail]) -> None:
    """Refuse every call of a model without a numbered version of one of these guardrails.

    A negated condition is true of a request that names none, and a working draft has no number:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    numbered = [f"{guardrail.arn}:*" for guardrail in guardrails]
    grantee.grant_principal.add_to_principal_policy(
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            actions=["bedrock:InvokeModel*"],
            resources=["*"],
            conditions={"StringNotLike": {GUARDRAIL: numbered}},
        )
    )


def _statements(
    scope: Construct, guardrail: Guardrail, routes: Sequence[Route]
) -> list[iam.PolicyStatement]:
    """The profiles, the models only when called through them, and the models that have none."""
    under = {"StringEquals": {GUARDRAIL: f"{guardrail.arn}:{guardrail.version}"}}
    profiles = [arn for route in routes for arn in _profiles(scope, route)]
    behind = [r for r in routes if _profiles(scope, r)]
    bare = [r for r in routes if not _profiles(scope, r)]
    through = {**under, "StringLike": {PROFILE: profiles}}
    granted: list[tuple[list[str], Mapping[str, object]]] = [
        (profiles, under),
        (_models(scope, behind), through),
        (_models(scope, bare), under),
    ]
    return [
        iam.PolicyStatement(actions=CONVERSE, resources=arns, conditions=conditions)
        for arns, conditions in granted
        if arns
    ]


def _profiles(scope: Construct, route: Route) -> list[str]:
    own = [route.profile.attr_inference_profile_arn] if route.profile else []
    return [*own, system_profile_arn(scope, route.target.id)] if route.target.prefix else own


def _models(scope: Construct, routes: Sequence[Route]) -> list[str]:
    found = [arn for route in routes for arn in destination_arns(scope, route.target)]
    return list(dict.fromkeys(found))
