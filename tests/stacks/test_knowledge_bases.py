"""A knowledge base changes beside itself, and whoever asks it moves when the new one is there."""

import json
import subprocess
import sys

import pytest

from config.load import load_catalogue, load_environment, parse_environment
from tests.stacks.assembly import ENVIRONMENTS, plain, resources, synthesize, template
from tests.stacks.iam import decide, roles

DEV = (ENVIRONMENTS / "dev.toml").read_text(encoding="utf-8")
FIXED = '{ strategy = "fixed", max_tokens = 120, overlap_percent = 15 }'
HIERARCHICAL = (
    '{ strategy = "hierarchical", parent_tokens = 600, child_tokens = 100, overlap_tokens = 20 }'
)
SEMANTIC = '{ strategy = "semantic", max_tokens = 200, buffer = 1, breakpoint_percentile = 95 }'
MANAGED = DEV.replace('prefixes = ["handbook/"]', 'store = "managed"\nbucket = "their-documents"')
MANAGED = MANAGED.replace(f"chunking = {FIXED}\n", "").replace("dimensions = 1_024\n", "")
TITAN = "amazon.titan-embed-text-v2:0"
MODELS = "arn:aws:bedrock:us-east-1::foundation-model"
READERS, RERANKER = 'readers = "groups"', "cohere.rerank-v3-5:0"
RERANKED = DEV.replace(READERS, f'{READERS}\nrerank_model = "{RERANKER}"')
_HANDBOOK = DEV[DEV.index("[knowledge_bases.handbook]") : DEV.index("[tenants.demo]")]
RERANKED += f"\n{_HANDBOOK}".replace("bases.handbook]", "bases.laws]").replace(
    '"handbook/"', '"laws/"'
)


def made(tmp_path, text):
    synthesize(tmp_path, parse_environment("dev", text, load_catalogue()))
    return template(tmp_path, "dev", "Gateway")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (FIXED, HIERARCHICAL),
        (FIXED, FIXED.replace("120", "240")),
        ("dimensions = 1_024", "dimensions = 512"),
    ],
)
def test_what_cannot_change_in_place_stands_beside_with_another_name(tmp_path, before, after):
    old = made(tmp_path / "old", DEV)
    new = made(tmp_path / "new", DEV.replace(before, after))
    for type in ("KnowledgeBase", "DataSource"):
        one, other = (resources(each, f"AWS::Bedrock::{type}") for each in (old, new))
        assert not set(one) & set(other)
        names = [each["Properties"]["Name"] for each in (*one.values(), *other.values())]
        assert len(set(names)) == 2
    indexes = [set(resources(each, "AWS::S3Vectors::Index")) for each in (old, new)]
    assert not indexes[0] & indexes[1]


@pytest.mark.parametrize(
    "edited",
    [
        DEV.replace('description = "The handbook', 'description = "Their handbook'),
        DEV.replace('readers = "groups"', 'readers = "everyone"'),
        DEV.replace('prefixes = ["handbook/"]', 'prefixes = ["handbook/", "more/"]'),
    ],
)
def test_what_can_change_in_place_does(tmp_path, edited):
    assert edited != DEV
    old, new = made(tmp_path / "old", DEV), made(tmp_path / "new", edited)
    for type in ("AWS::Bedrock::KnowledgeBase", "AWS::S3Vectors::Index"):
        assert set(resources(old, type)) == set(resources(new, type))


def test_each_prefix_is_a_data_source_of_its_own(tmp_path):
    text = DEV.replace('prefixes = ["handbook/"]', 'prefixes = ["handbook/", "legal/terms/"]')
    sources = resources(made(tmp_path, text), "AWS::Bedrock::DataSource").values()
    configured = [each["Properties"]["DataSourceConfiguration"] for each in sources]
    assert sorted(each["S3Configuration"]["InclusionPrefixes"] for each in configured) == [
        ["handbook/"],
        ["legal/terms/"],
    ]


@pytest.mark.parametrize(
    ("chunking", "expected"),
    [
        (HIERARCHICAL, {"ChunkingStrategy": "HIERARCHICAL"}),
        (SEMANTIC, {"ChunkingStrategy": "SEMANTIC"}),
        ('{ strategy = "none" }', {"ChunkingStrategy": "NONE"}),
    ],
)
def test_every_way_of_chunking_reaches_the_data_source(tmp_path, chunking, expected):
    sources = resources(made(tmp_path, DEV.replace(FIXED, chunking)), "AWS::Bedrock::DataSource")
    (source,) = sources.values()
    given = source["Properties"]["VectorIngestionConfiguration"]["ChunkingConfiguration"]
    assert expected.items() <= given.items()


def test_an_existing_bucket_is_read_and_nothing_else_of_it(tmp_path):
    text = DEV.replace('prefixes = ["handbook/"]', 'prefixes = ["hr/"]\nbucket = "their-documents"')
    gateway = made(tmp_path, text)
    (source,) = resources(gateway, "AWS::Bedrock::DataSource").values()
    where = source["Properties"]["DataSourceConfiguration"]["S3Configuration"]
    assert where["BucketArn"] == "arn:aws:s3:::their-documents"
    policies = json.dumps(plain(resources(gateway, "AWS::IAM::Policy")))
    assert "arn:aws:s3:::their-documents/hr/*" in policies


def test_a_managed_knowledge_base_has_a_connector_and_no_index(tmp_path):
    gateway = made(tmp_path, MANAGED)
    (base,) = resources(gateway, "AWS::Bedrock::KnowledgeBase").values()
    assert base["Properties"]["KnowledgeBaseConfiguration"]["Type"] == "MANAGED"
    assert "StorageConfiguration" not in base["Properties"]
    (source,) = resources(gateway, "AWS::Bedrock::DataSource").values()
    assert source["Properties"]["DataSourceConfiguration"]["Type"].startswith("MANAGED")
    assert resources(gateway, "AWS::S3Vectors::Index") == {}


def test_the_right_to_search_stands_beside_the_old_one_and_before_the_function(tmp_path):
    old = made(tmp_path / "old", DEV)
    new = made(tmp_path / "new", DEV.replace(FIXED, HIERARCHICAL))
    rights = [
        {
            id
            for id, each in resources(gateway, "AWS::IAM::ManagedPolicy").items()
            if "bedrock:Retrieve" in str(each)
        }
        for gateway in (old, new)
    ]
    assert len(rights[0]) == len(rights[1]) == 1
    assert not rights[0] & rights[1]
    functions = resources(new, "AWS::Lambda::Function")
    chat = next(each for id, each in functions.items() if id.startswith("ChatFunction"))
    assert rights[1] <= set(chat["DependsOn"])


def test_a_knowledge_base_calls_its_own_reranker_and_nobody_else_does(tmp_path):
    # Bedrock reranks as the knowledge base's role, not as whoever searches.
    declared = parse_environment("dev", RERANKED, load_catalogue())
    synthesize(tmp_path, declared)
    owner = f"{declared.region}:{declared.account}"
    calls, reranks = {}, set()
    for role, statements in roles(tmp_path, "dev", owner).items():
        models = {
            model.id
            for model in load_catalogue().values()
            if model.kind in ("embedding", "rerank")
            and decide(statements, "bedrock:InvokeModel", f"{MODELS}/{model.id}", {})
        }
        calls.update({role: models} if models else {})
        reranks.update({role} if decide(statements, "bedrock:Rerank", "*", {}) else ())
    reranked, plain_one = (
        f"KnowledgeBases{name}{declared.knowledge_bases[name].content}Role"
        for name in ("handbook", "laws")
    )
    assert calls == {
        "EmbeddingsRole": {TITAN},
        plain_one: {TITAN},
        reranked: {TITAN, RERANKER},
    }
    assert reranks == {reranked}


def test_a_reranker_may_be_called_before_it_is_asked_for(tmp_path):
    gateway = made(tmp_path, RERANKED)
    (policy,) = (
        id
        for id, each in resources(gateway, "AWS::IAM::Policy").items()
        if "bedrock:Rerank" in str(each)
    )
    (base,) = (
        id
        for id, each in resources(gateway, "AWS::Bedrock::KnowledgeBase").items()
        if policy in each["DependsOn"]
    )
    waiting = {base}
    while more := {
        id
        for id, each in gateway["Resources"].items()
        if id not in waiting and any(f'"{name}"' in json.dumps(each) for name in waiting)
    }:
        waiting |= more
    assert any(id.startswith("SearchFunction") for id in waiting)


def test_the_names_fit_the_service():
    for name, base in load_environment("prod").knowledge_bases.items():
        assert len(f"strata-prod-{name}-{base.content}") <= 100


def test_the_audit_says_that_another_chunking_ingests_every_document_again(tmp_path):
    made(tmp_path / "old", DEV)
    made(tmp_path / "new", DEV.replace(FIXED, HIERARCHICAL))
    folders = [str(tmp_path / each) for each in ("old", "new")]
    told = subprocess.run(
        [sys.executable, "-m", "audit", *folders], capture_output=True, text=True, check=False
    )
    assert "every document is ingested again" in told.stdout, told.stderr
