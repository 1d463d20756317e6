"""Who may do what, read out of the templates: exact ARNs, for exactly the declared models."""

import pytest

from components.encryption_key import USE_VERBS
from config.load import environment_names, load_catalogue, load_environment
from config.models import find_target
from tests.accounts import DEV_ACCOUNT, PROD_ACCOUNT
from tests.stacks.assembly import STACKS, plain, resources, synthesize, template


def statements(assembly, environment: str, stack: str, role: str = "") -> list[dict]:
    """The statements of the identity policies of a role whose logical id starts with `role`."""
    found = template(assembly, environment, stack)
    return [
        {key: plain(value) for key, value in statement.items()}
        for type in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
        for policy in resources(found, type).values()
        if any(plain(one).startswith(role) for one in policy["Properties"].get("Roles", ()))
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def as_list(value: object) -> list:
    return value if isinstance(value, list) else [value]


def targets(environment: str, kind: str = "chat") -> list:
    aliases = load_environment(environment).aliases.values()
    return [t for alias in aliases if alias.model.model.kind == kind for t in alias.targets]


def models(arns: set[str]) -> set[str]:
    return {arn for arn in arns if "::foundation-model/" in arn}


@pytest.mark.parametrize("environment", environment_names())
def test_no_identity_policy_names_every_resource_or_every_action(assembly, environment):
    for stack in STACKS:
        for statement in statements(assembly, environment, stack):
            if statement["Effect"] == "Deny":
                continue
            assert "*" not in as_list(statement["Resource"])
            assert not {"*", "bedrock:*"} & set(as_list(statement["Action"]))
            assert "NotAction" not in statement and "NotResource" not in statement


def invocable(assembly, environment: str, role: str, action: str) -> set[str]:
    """Every resource on which the role may do it."""
    return {
        arn
        for statement in statements(assembly, environment, "Gateway", role)
        if statement["Effect"] == "Allow" and action in as_list(statement["Action"])
        for arn in as_list(statement["Resource"])
    }


@pytest.mark.parametrize("action", ["InvokeModel", "InvokeModelWithResponseStream"])
@pytest.mark.parametrize("environment", environment_names())
def test_the_chat_role_invokes_every_model_of_its_aliases_in_every_destination(
    assembly, environment, action
):
    granted = invocable(assembly, environment, "ChatRole", f"bedrock:{action}")
    assert models(granted) == {
        f"arn:aws:bedrock:{region}::foundation-model/{target.model.id}"
        for target in targets(environment)
        for region in target.destinations
    }


@pytest.mark.parametrize("environment", environment_names())
def test_the_embeddings_role_invokes_the_embedding_models_and_no_other(assembly, environment):
    (titan,) = targets(environment, "embedding")
    granted = invocable(assembly, environment, "EmbeddingsRole", "bedrock:InvokeModel")
    assert granted == {f"arn:aws:bedrock:us-east-1::foundation-model/{titan.model.id}"}


def test_an_embedding_model_behind_a_profile_is_invoked_only_through_it(tmp_path):
    declared = load_environment("dev")
    profile = find_target("global.cohere.embed-v4:0", load_catalogue(), "us-east-1")
    alias = declared.aliases["embed-default"].model_copy(update={"model": profile})
    aliases = {**declared.aliases, "embed-default": alias}
    synthesize(tmp_path, declared.model_copy(update={"aliases": aliases}))
    found = [
        statement
        for statement in statements(tmp_path, "dev", "Gateway", "EmbeddingsRole")
        if statement["Action"] == "bedrock:InvokeModel"
    ]
    through, model = found
    arn = f"arn:aws:bedrock:us-east-1:{DEV_ACCOUNT}:inference-profile/global.cohere.embed-v4:0"
    assert through["Resource"] == arn
    assert "arn:aws:bedrock:::foundation-model/cohere.embed-v4:0" in model["Resource"]
    assert model["Condition"] == {"StringLike": {"bedrock:InferenceProfileArn": [arn]}}


@pytest.mark.parametrize("environment", environment_names())
def test_a_model_is_invoked_only_through_a_profile(assembly, environment):
    for statement in statements(assembly, environment, "Gateway", "ChatRole"):
        if any("::foundation-model/" in arn for arn in as_list(statement["Resource"])):
            profiles = statement["Condition"]["StringLike"]["bedrock:InferenceProfileArn"]
            assert as_list(profiles)
            assert not any("*" in profile for profile in as_list(profiles))


@pytest.mark.parametrize("environment", environment_names())
def test_the_system_profiles_are_those_of_the_aliases(assembly, environment):
    declared = load_environment(environment)
    owner = f"arn:aws:bedrock:{declared.region}:{declared.account}:inference-profile/"
    granted = {
        arn.removeprefix(owner)
        for statement in statements(assembly, environment, "Gateway", "ChatRole")
        for arn in as_list(statement["Resource"])
        if arn.startswith(owner)
    }
    assert granted == {target.id for target in targets(environment) if target.prefix}


def actions(assembly, environment: str, stack: str, role: str) -> set[str]:
    return {
        action
        for statement in statements(assembly, environment, stack, role)
        for action in as_list(statement["Action"])
    }


LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}


KMS = {f"kms:{verb}" for verb in USE_VERBS}
ROWS = {f"dynamodb:{verb}Item" for verb in ("Get", "Put", "Update", "Delete")}
DENIED = {"bedrock-mantle:*", "bedrock:CallWithBearerToken"}
UNGUARDED = {"bedrock:InvokeModel*"}
QUEUE = {"GetQueueAttributes", "GetQueueUrl", "SendMessage"}
QUEUE |= {"ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility"}
MAY = {
    "Authorizer": LOGS | {"dynamodb:GetItem", "kms:Decrypt", "kms:GenerateMac"},
    "Chat": LOGS
    | KMS
    | ROWS
    | DENIED
    | UNGUARDED
    | {
        "bedrock:InvokeModel",
        "bedrock:InvokeModelWithResponseStream",
        "bedrock:ApplyGuardrail",
        "bedrock:Retrieve",
    },
    "Embeddings": LOGS | KMS | ROWS | DENIED | {"bedrock:InvokeModel", "bedrock:ApplyGuardrail"},
    "Search": LOGS | KMS | ROWS | DENIED | {"bedrock:Retrieve", "bedrock:ApplyGuardrail"},
    "Models": LOGS,
    "Usage": LOGS | {"dynamodb:GetItem", "kms:Decrypt"},
    "KnowledgeSyncTask": LOGS
    | KMS
    | {f"sqs:{verb}" for verb in QUEUE}
    | {f"bedrock:{verb}IngestionJob" for verb in ("Start", "Get")}
    | {"bedrock:ListKnowledgeBaseDocuments"},
    "KnowledgeSyncFirst": LOGS
    | {f"bedrock:{verb}IngestionJob" for verb in ("Start", "Get", "Stop")}
    | {"bedrock:ListIngestionJobs"},
}


@pytest.mark.parametrize("handler", MAY)
@pytest.mark.parametrize("environment", environment_names())
def test_each_handler_does_its_own_work_and_no_other(assembly, environment, handler):
    assert actions(assembly, environment, "Gateway", f"{handler}Role") == MAY[handler]


def test_every_handler_is_listed_here(assembly):
    functions = resources(template(assembly, "prod", "Gateway"), "AWS::Lambda::Function")
    assert {id.partition("Function")[0] for id in functions} == set(MAY)


@pytest.mark.parametrize(
    ("handler", "tables"),
    [
        ("Authorizer", {"Keys"}),
        ("Chat", {"Usage", "Answers"}),
        ("Embeddings", {"Usage", "Answers"}),
        ("Search", {"Usage", "Answers"}),
        ("Usage", {"Usage"}),
    ],
)
def test_a_handler_reaches_its_own_tables_only(assembly, handler, tables):
    reached = {
        table
        for statement in statements(assembly, "prod", "Gateway", f"{handler}Role")
        if any(action.startswith("dynamodb:") for action in as_list(statement["Action"]))
        for resource in as_list(statement["Resource"])
        for table in ("Keys", "Usage", "Answers")
        if f"GetAtt{table}" in resource
    }
    assert reached == tables


@pytest.mark.parametrize("handler", ["Chat", "Embeddings", "Search"])
def test_a_usage_row_is_read_and_changed_but_not_made_anew_or_deleted(assembly, handler):
    verbs = {
        action
        for statement in statements(assembly, "prod", "Gateway", f"{handler}Role")
        if "GetAttUsage" in str(statement["Resource"])
        for action in as_list(statement["Action"])
    }
    assert verbs == {"dynamodb:GetItem", "dynamodb:UpdateItem"}


def test_the_authorizer_computes_macs_with_the_keys_own_key(assembly):
    (arn,) = invocable(assembly, "prod", "AuthorizerRole", "kms:GenerateMac")
    assert "KeysMac" in arn


@pytest.mark.parametrize(
    ("stack", "role"),
    [
        ("Gateway", "ChatRole"),
        ("Gateway", "EmbeddingsRole"),
        ("Gateway", "KnowledgeBaseshandbook"),
    ],
)
def test_who_calls_models_is_denied_the_ways_around_guardrails(assembly, stack, role):
    denials = [s for s in statements(assembly, "prod", stack, role) if s["Effect"] == "Deny"]
    assert {
        "Effect": "Deny",
        "Action": ["bedrock-mantle:*", "bedrock:CallWithBearerToken"],
        "Resource": "*",
    } in denials


@pytest.mark.parametrize("environment", environment_names())
def test_who_may_call_a_model_at_all_is_one_of_those(assembly, environment):
    callers = {
        (stack, plain(role))
        for stack in STACKS
        for type in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
        for policy in resources(template(assembly, environment, stack), type).values()
        if "bedrock:Invoke" in str(policy)
        for role in policy["Properties"]["Roles"]
    }
    content = load_environment(environment).knowledge_bases["handbook"].content
    assert {(stack, role[:-8]) for stack, role in callers} == {
        ("Gateway", "ChatRole"),
        ("Gateway", "EmbeddingsRole"),
        ("Gateway", f"KnowledgeBaseshandbook{content}Role"),
    }


@pytest.mark.parametrize("environment", environment_names())
def test_the_chat_role_is_denied_every_call_without_a_numbered_version_of_a_guardrail(
    assembly, environment
):
    declared = load_environment(environment)
    (denial,) = (
        statement
        for statement in statements(assembly, environment, "Gateway", "ChatRole")
        if statement["Effect"] == "Deny" and statement["Action"] == "bedrock:InvokeModel*"
    )
    assert denial["Resource"] == "*"
    (operator,) = denial["Condition"].items()
    assert operator[0] == "StringNotLike"
    named = as_list(operator[1]["bedrock:GuardrailIdentifier"])
    assert [name_of(each) for each in named] == list(declared.guardrails_of("chat"))
    assert all(each.endswith(".GuardrailArn:*") for each in named)


def name_of(guardrail: str) -> str:
    """What the file of a guardrail is called, of its id in a template."""
    return guardrail.removeprefix("Guardrails").partition("Guardrail")[0].partition("Version")[0]


@pytest.mark.parametrize("environment", environment_names())
def test_each_grant_to_call_a_model_that_writes_names_the_version_of_a_guardrail(
    assembly, environment
):
    granted = [
        statement
        for statement in statements(assembly, environment, "Gateway", "ChatRole")
        if statement["Effect"] == "Allow" and "InvokeModel" in str(statement["Action"])
    ]
    assert granted
    for statement in granted:
        named = as_list(statement["Condition"]["StringEquals"]["bedrock:GuardrailIdentifier"])
        ((arn, version),) = (each.split(":") for each in named)
        assert arn.endswith(".GuardrailArn") and version.endswith(".Version")
        assert name_of(arn) == name_of(version) in load_environment(environment).guardrails


def test_an_alias_may_be_called_under_its_own_guardrail_and_under_no_other(tmp_path):
    declared = load_environment("dev")
    alias = declared.aliases["reasoning"].model_copy(update={"guardrail": "strict"})
    aliases = {**declared.aliases, "reasoning": alias}
    synthesize(tmp_path, declared.model_copy(update={"aliases": aliases}))
    under: dict[str, set[str]] = {}
    for statement in statements(tmp_path, "dev", "Gateway", "ChatRole"):
        if statement["Effect"] == "Allow" and "bedrock:InvokeModel" in statement["Action"]:
            (named,) = statement["Condition"]["StringEquals"].values()
            arns = as_list(statement["Resource"])
            own = {arn[:11] for arn in arns if arn.endswith(".InferenceProfileArn")}
            under.setdefault(name_of(named), set()).update(own)
    assert under == {
        "standard": {"Aliaseschat"},
        "grounded": {"Aliasesdocs"},
        "strict": {"Aliasesreas"},
    }


def test_an_edited_guardrail_gets_policies_beside_the_old_ones(tmp_path):
    # Functions of the version before run until the deployment is over, and are not refused.
    declared = load_environment("dev")
    edited = declared.guardrails["standard"].model_copy(update={"blocked_input": "No."})
    changed = {"guardrails": {**declared.guardrails, "standard": edited}}
    synthesize(tmp_path / "before", declared)
    synthesize(tmp_path / "after", declared.model_copy(update=changed))
    before, after = (
        {
            id
            for id in resources(
                template(tmp_path / when, "dev", "Gateway"), "AWS::IAM::ManagedPolicy"
            )
            if id.startswith("GuardedModels")
        }
        for when in ("before", "after")
    )
    ((gone,), (new,)) = before - after, after - before
    assert all(each.startswith("GuardedModelsstandard") for each in (gone, new))


def test_a_function_is_changed_when_it_may_call_models(assembly):
    gateway = template(assembly, "prod", "Gateway")
    chat = next(
        each
        for id, each in resources(gateway, "AWS::Lambda::Function").items()
        if id.startswith("ChatFunction")
    )
    assert set(resources(gateway, "AWS::IAM::ManagedPolicy")) <= set(chat["DependsOn"])


def test_a_knowledge_base_reads_its_prefix_embeds_with_its_model_and_writes_its_index(assembly):
    found = statements(assembly, "prod", "Gateway", "KnowledgeBaseshandbook")
    by_action = {tuple(as_list(s["Action"])): s for s in found}
    documents = by_action["s3:GetObject",]
    assert documents["Resource"].endswith("/handbook/*")
    assert documents["Condition"] == {"StringEquals": {"aws:ResourceAccount": PROD_ACCOUNT}}
    assert by_action["s3:ListBucket",]["Condition"]["StringLike"] == {
        "s3:prefix": ["handbook/", "handbook/*"]
    }
    model = "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0"
    assert by_action["bedrock:InvokeModel",]["Resource"] == model
    index = next(s for s in found if "s3vectors:PutVectors" in s["Action"])
    assert index["Resource"].startswith("KnowledgeBaseshandbookIndex")
