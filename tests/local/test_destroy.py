"""D2: destroying a platform leaves every store readable, and a new deployment finds them."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from config.load import load_environment
from local.ask import ask
from local.deploy import deploy, destroy
from local.documents import SAMPLES
from local.processes import start, stop
from local.session import client
from local.state import Home
from local.up import deploy_platform
from operate.kept.command import kept
from tests.local.stores import READERS, REGION, Content, read, stores

BUCKET = "strata-local-documents-000000000000-us-east-1"
# What a new deployment finds by its name; of the others it makes new ones.
NAMED = ("AWS::DynamoDB::Table", "AWS::S3::Bucket")


@dataclass(frozen=True)
class Destroyed:
    """A cloud whose platform is gone, the types of its stores, and what each held before."""

    home: Home
    types: dict[str, str]
    before: dict[str, Content]
    answers: list[tuple[str, str]]


def found(home: Home) -> list[tuple[str, str]]:
    """What the handbook's knowledge base finds for two questions: documents and passages."""
    with client(home, "bedrock-agent", REGION) as agent:
        (base,) = agent.list_knowledge_bases()["knowledgeBaseSummaries"]
    with client(home, "bedrock-agent-runtime", REGION) as runtime:
        results = [
            result
            for question in ("How long is the refund window?", "わだち休暇は年に何日ありますか。")
            for result in runtime.retrieve(
                knowledgeBaseId=base["knowledgeBaseId"], retrievalQuery={"text": question}
            )["retrievalResults"]
        ]
    return [(r["location"]["s3Location"]["uri"], r["content"]["text"]) for r in results]


@pytest.fixture(scope="module")
def destroyed(tmp_path_factory) -> Iterator[Destroyed]:
    home = Home(tmp_path_factory.mktemp("destroyed"))
    environment = load_environment("local")
    start(home)
    try:
        deployed = deploy_platform(home, environment)
        # So that every store of the request path holds something, without asking the model.
        ask(deployed, "Tell me about Project Nightjar.", "chat-default")
        types = stores(home)
        before = {name: read(home, name, type) for name, type in types.items()}
        answers = found(home)
        destroy(home, environment)
        yield Destroyed(home, types, before, answers)
    finally:
        stop(home)


def test_the_stacks_are_gone(destroyed):
    states = ["CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_FAILED"]
    with client(destroyed.home, "cloudformation", REGION) as cloudformation:
        stacks = cloudformation.list_stacks(StackStatusFilter=states)["StackSummaries"]
    assert [stack["StackName"] for stack in stacks] == ["CDKToolkit"]


def test_every_kind_of_store_was_there_and_held_something(destroyed):
    held = {destroyed.types[name] for name, content in destroyed.before.items() if content}
    assert held == set(READERS)
    assert len(destroyed.before["strata-local-usage"]) == 1


def test_every_store_is_readable_and_has_lost_nothing(destroyed):
    lost = [
        name
        for name, type in destroyed.types.items()
        if not destroyed.before[name].items() <= read(destroyed.home, name, type).items()
    ]
    assert len(destroyed.types) > 15 and lost == []


def test_the_documents_are_all_there(destroyed):
    found = read(destroyed.home, BUCKET, "AWS::S3::Bucket")
    assert set(found) == {f"handbook/{path.name}" for path in (SAMPLES / "handbook").iterdir()}


def test_what_was_kept_is_told(destroyed):
    with ExitStack() as opened:
        told = kept(
            load_environment("local"),
            lambda service, region: opened.enter_context(client(destroyed.home, service, region)),
        )
    names = {kind: set(names) for kind, names in told.items()}
    assert {"strata-local-keys", "strata-local-usage", "strata-local-answers"} == names["dynamodb"]
    assert BUCKET in names["s3"] and len(names["kms"]) == 2
    assert len(names["s3vectors"]) == 1 and len(names["logs"]) > 5


def test_nothing_answers_any_more(destroyed):
    with client(destroyed.home, "apigateway", REGION) as apigateway:
        assert apigateway.get_rest_apis()["items"] == []


def test_nothing_is_logged_for_us_any_more(destroyed):
    with client(destroyed.home, "bedrock", REGION) as bedrock:
        assert "loggingConfig" not in bedrock.get_model_invocation_logging_configuration()


def test_a_new_deployment_finds_the_stores_and_their_content(destroyed):
    deploy(destroyed.home, load_environment("local"))
    now = stores(destroyed.home)
    named = {name: type for name, type in destroyed.types.items() if type in NAMED}
    assert len(named) == 6 and named.items() <= now.items()
    for name, type in named.items():
        assert destroyed.before[name].items() <= read(destroyed.home, name, type).items(), name


def test_the_index_is_made_again_of_the_documents_before_anybody_asks(destroyed):
    # Deployed again by the test before, and not told to ingest anything.
    assert len(destroyed.answers) == 10
    assert found(destroyed.home) == destroyed.answers
