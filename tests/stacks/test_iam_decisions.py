"""D6 and D7: what every role of every environment may ask of Bedrock, by an evaluator of IAM."""

import json
import random
from collections import Counter
from typing import Any, NamedTuple

import pytest
from ministack.core import iam_evaluator
from policy_sentry.querying.actions import get_actions_for_service

from config.load import environment_names, load_catalogue, load_environment
from config.schema import Environment
from tests.stacks.assembly import deployed_variable, template
from tests.stacks.iam import VERSION, arn_of, as_list, decide, roles

QUESTIONS = 5_000  # D6's number, over all environments together
INVOKE = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
GUARDRAIL, PROFILE = "bedrock:GuardrailIdentifier", "bedrock:InferenceProfileArn"
BASE = "KnowledgeBaseshandbook"  # and what it says


class Question(NamedTuple):
    role: str
    action: str
    resource: str
    context: dict[str, str]


class Platform:
    """What an environment's file says that its roles may call, apart from any policy."""

    def __init__(self, outdir: Any, name: str) -> None:
        self.declared: Environment = load_environment(name)
        self.owner = f"{self.declared.region}:{self.declared.account}"
        self.roles = roles(outdir, name, self.owner)
        gateway = template(outdir, name, "Gateway")
        told = json.loads(deployed_variable(gateway, "Chat"))
        self.profiles: dict[str, set[str]] = {}
        self.models: dict[str, set[str]] = {}
        self.identifiers = {
            guardrail: f"{arn_of(ids[0].replace('GuardrailId', 'GuardrailArn'), self.owner)}"
            for guardrail, ids in told["guardrails"].items()
        }
        for key, (alias, _, targets) in self.declared.inference.items():
            guardrail = self.declared.aliases[alias].guardrail
            own = self.profiles.setdefault(guardrail, set())
            for id, target in zip(told["profiles"][key], targets, strict=True):
                own.add(arn_of(id.replace("ProfileId", "ProfileArn"), self.owner))
                if target.prefix:
                    own.add(f"arn:aws:bedrock:{self.owner}:inference-profile/{target.id}")
                self.models.setdefault(guardrail, set()).update(
                    f"arn:aws:bedrock:{region}::foundation-model/{target.model.id}"
                    for region in target.destinations
                )

    @property
    def embedding(self) -> str:
        region = self.declared.region
        return f"arn:aws:bedrock:{region}::foundation-model/amazon.titan-embed-text-v2:0"

    def allows(self, asked: Question) -> bool:
        """By the file alone: under an alias's guardrail and through its profile, or to embed."""
        if asked.role.startswith(("EmbeddingsRole", BASE)):
            return asked.action == INVOKE[0] and asked.resource == self.embedding
        if asked.role != "ChatRole" or asked.action not in INVOKE:
            return False
        for guardrail, arn in self.identifiers.items():
            if asked.context.get(GUARDRAIL) == f"{arn}:{VERSION}":
                profiles = self.profiles.get(guardrail, set())
                through = asked.context.get(PROFILE) in profiles
                model = asked.resource in self.models.get(guardrail, set())
                return asked.resource in profiles or (model and through)
        return False

    def question(self, dice: random.Random) -> Question:
        """Half of them right but for one thing at most, and half of anything."""
        guardrail = dice.choice([name for name in self.identifiers if name in self.profiles])
        profile = dice.choice(sorted(self.profiles[guardrail]))
        resource = dice.choice([profile, *sorted(self.models[guardrail])])
        right = {
            "role": "ChatRole",
            "action": dice.choice(INVOKE),
            "resource": resource,
            GUARDRAIL: f"{self.identifiers[guardrail]}:{VERSION}",
            PROFILE: profile,
        }
        changes = dice.choice([0, 1, 1, 5])
        for what in dice.sample(sorted(right), changes):
            right[what] = dice.choice(self._others(what))
        context = {key: right[key] for key in (GUARDRAIL, PROFILE) if right[key]}
        return Question(right["role"], right["action"], right["resource"], context)

    def _others(self, what: str) -> list[str]:
        known = [arn for arns in (*self.profiles.values(), *self.models.values()) for arn in arns]
        other = f"arn:aws:bedrock:{self.declared.region}:999999999999"
        foreign = [
            f"{other}:inference-profile/us.amazon.nova-lite-v1:0",
            f"{other}:application-inference-profile/other",
        ]
        region = self.declared.region
        all_models = [f"arn:aws:bedrock:{region}::foundation-model/{m}" for m in load_catalogue()]
        guardrails = list(self.identifiers.values())
        numbered = [f"{arn}:{number}" for arn in guardrails for number in ("1", VERSION, "44")]
        drafts = [f"{arn}:DRAFT" for arn in guardrails]
        return {
            "role": sorted(self.roles),
            "action": [*INVOKE, "bedrock:InvokeModelWithBidirectionalStream", "bedrock:Converse"],
            "resource": sorted({*known, *foreign, *all_models, self.embedding, "*"}),
            GUARDRAIL: ["", *guardrails, *numbered, *drafts, f"{other}:guardrail/theirs:{VERSION}"],
            PROFILE: ["", *sorted(set(known)), *foreign],
        }[what]


@pytest.fixture(scope="module")
def platforms(assembly) -> dict[str, Platform]:
    return {name: Platform(assembly, name) for name in environment_names()}


def test_no_role_calls_a_model_but_under_its_aliass_guardrail_or_to_embed(platforms):
    dice, seen = random.Random(20261124), Counter[bool]()
    for _ in range(QUESTIONS):
        platform = platforms[dice.choice(sorted(platforms))]
        asked = platform.question(dice)
        allowed = decide(platform.roles[asked.role], *asked[1:])
        assert allowed == platform.allows(asked), asked
        seen[allowed] += 1
    assert min(seen.values()) > QUESTIONS / 10, seen


def test_the_evaluator_decides_as_the_embedded_awss_does(platforms):
    dice = random.Random(7)
    for _ in range(QUESTIONS // 5):
        platform = platforms[dice.choice(sorted(platforms))]
        asked = platform.question(dice)
        statements = platform.roles[asked.role]
        assert decide(statements, *asked[1:]) == embedded(platform, asked), asked


def embedded(platform: Platform, asked: Question) -> bool:
    document = {"Version": "2012-10-17", "Statement": platform.roles[asked.role]}
    parsed = iam_evaluator.parse_policy_document(document)
    account = platform.declared.account
    context = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{asked.role}/x",
        principal_type="AssumedRole",
        principal_account=account,
        action=asked.action,
        resource_arn=asked.resource,
        region=platform.declared.region,
        source_ip="127.0.0.1",
        secure_transport=True,
        service_context={key.lower(): value for key, value in asked.context.items()},
    )
    return bool(iam_evaluator.evaluate(context, [parsed]).decision == "Allow")


@pytest.mark.parametrize("environment", environment_names())
def test_every_alias_may_be_answered(platforms, environment):
    platform = platforms[environment]
    for guardrail, profiles in platform.profiles.items():
        named = {GUARDRAIL: f"{platform.identifiers[guardrail]}:{VERSION}"}
        for action in INVOKE:
            assert all(decide(platform.roles["ChatRole"], action, p, named) for p in profiles)


@pytest.mark.parametrize("environment", environment_names())
def test_the_deny_holds_whatever_else_the_role_is_allowed_later(platforms, environment):
    platform = platforms[environment]
    anything = {"Effect": "Allow", "Action": "bedrock:*", "Resource": "*"}
    allowed = [*platform.roles["ChatRole"], anything]
    draft = next(iter(platform.identifiers.values()))
    theirs = f"arn:aws:bedrock:{platform.owner}:guardrail/theirs:{VERSION}"
    for profiles in platform.profiles.values():
        for profile in profiles:
            for context in ({}, {GUARDRAIL: draft}, {GUARDRAIL: theirs}):
                assert not decide(allowed, INVOKE[0], profile, context)
                assert not decide(allowed, INVOKE[1], profile, context)


# Where each right to act on Bedrock is used, on the embedded AWS with its IAM on.
USED = {
    "ChatRole": {
        "bedrock:InvokeModel": "tests/local/test_guarded.py",
        "bedrock:InvokeModelWithResponseStream": "tests/local/test_clients.py",
        "bedrock:ApplyGuardrail": "tests/local/test_clients.py",
        "bedrock:Retrieve": "tests/local/test_platform.py",
    },
    "EmbeddingsRole": {
        "bedrock:InvokeModel": "tests/local/test_guarded.py",
        "bedrock:ApplyGuardrail": "tests/local/test_clients.py",
    },
    "SearchRole": {
        "bedrock:ApplyGuardrail": "tests/local/test_knowledge.py",
        "bedrock:Retrieve": "tests/local/test_knowledge.py",
    },
    BASE: {"bedrock:InvokeModel": "tests/local/test_guarded.py"},
    "KnowledgeSyncTaskRole": {
        "bedrock:StartIngestionJob": "tests/local/test_documents_sync.py",
        "bedrock:GetIngestionJob": "tests/local/test_documents_sync.py",
        "bedrock:ListKnowledgeBaseDocuments": "tests/local/test_documents_sync.py",
    },
    "KnowledgeSyncFirstRole": {
        "bedrock:StartIngestionJob": "tests/local/test_documents_sync.py",
        "bedrock:GetIngestionJob": "tests/local/test_documents_sync.py",
        "bedrock:ListIngestionJobs": "tests/local/test_destroy.py",
        # Asked only where a job still runs when its stack goes.
        "bedrock:StopIngestionJob": "tests/unit/tasks/test_knowledge_sync.py",
    },
}
# The roles of deployment tasks: their rights are told where their parts are tested.
TASKS = ("ModelAccess", "InvocationLogging")


@pytest.mark.parametrize("environment", environment_names())
def test_every_other_action_of_bedrock_is_denied_to_every_role(platforms, environment):
    services = ("bedrock", "bedrock-mantle", "bedrock-agentcore")
    actions = [each for service in services for each in get_actions_for_service(service)]
    assert len(actions) > 250
    for role, statements in platforms[environment].roles.items():
        granted = {action for action in actions if may(statements, action)}
        if not role.startswith(TASKS):
            known = BASE if role.startswith(BASE) else role
            assert granted == set(USED.get(known, {})), role
        assert not granted & {"bedrock:CallWithBearerToken", *_mantle(actions)}


def may(statements: list[Any], action: str) -> bool:
    """Whether any statement allows it, on whatever resource and whatever condition."""
    return any(
        each["Effect"] == "Allow" and decide([_anywhere(each)], action, "*", {})
        for each in statements
    )


def _anywhere(statement: Any) -> Any:
    return {"Effect": "Allow", "Action": statement["Action"], "Resource": "*"}


def _mantle(actions: list[str]) -> set[str]:
    return {action for action in actions if action.startswith("bedrock-mantle:")}


@pytest.mark.parametrize("environment", environment_names())
def test_no_statement_about_bedrock_allows_everything_of_anything(platforms, environment):
    for role, statements in platforms[environment].roles.items():
        for statement in statements:
            if statement["Effect"] == "Allow" and "bedrock:" in str(statement["Action"]):
                assert not [action for action in as_list(statement["Action"]) if "*" in action]
                assert "*" not in as_list(statement["Resource"]) or role.startswith(TASKS), role
