"""Gap 4: chunks, real embeddings, and ingestion jobs with the rights of their role."""

import json
import time

import pytest
from botocore.exceptions import ClientError

TITAN = "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0"
DOCUMENTS = {
    "returns.md": "Goods can be sent back within thirty days. The money is returned in a week. "
    "Batteries are the exception: they are taken back, and never shipped, at every shop we have.",
    "parking.md": "Bicycles are parked in the cellar. Cars have no place here.",
    "kyuka.md": "社員は年に二十日の休暇を取ることができます。",
    "returns.md.metadata.json": '{"metadataAttributes": {"team": "shop", "year": 2026}}',
}


class Base:
    """A knowledge base over a bucket of its own, as its users see it."""

    def __init__(self, cloud, name, *without):
        self.cloud, self.bucket = cloud, f"{name}-documents"
        self.agent = cloud.client("bedrock-agent")
        self.s3 = cloud.client("s3")
        self.s3.create_bucket(Bucket=self.bucket)
        self.role = cloud.role(
            name,
            *(one for one in self._statements(name) if one["Action"] not in without),
            service="bedrock.amazonaws.com",
        )
        self.ids = self._create(name)

    def _statements(self, name):
        arns = {
            "s3:ListBucket": f"arn:aws:s3:::{self.bucket}",
            "s3:GetObject": f"arn:aws:s3:::{self.bucket}/handbook/*",
            "bedrock:InvokeModel": TITAN,
        }
        index = f"arn:aws:s3vectors:us-east-1:000000000000:bucket/{name}-vectors/index/one"
        verbs = ("PutVectors", "DeleteVectors", "QueryVectors", "GetVectors")
        arns |= {f"s3vectors:{verb}": index for verb in verbs}
        return [{"Action": action, "Resource": arn} for action, arn in arns.items()]

    def _create(self, name):
        vectors = self.cloud.client("s3vectors")
        vectors.create_vector_bucket(vectorBucketName=f"{name}-vectors")
        index = vectors.create_index(
            vectorBucketName=f"{name}-vectors",
            indexName="one",
            dataType="float32",
            dimension=1024,
            distanceMetric="cosine",
            metadataConfiguration={"nonFilterableMetadataKeys": ["AMAZON_BEDROCK_TEXT"]},
        )["indexArn"]
        base = self.agent.create_knowledge_base(
            name=name,
            roleArn=self.role,
            knowledgeBaseConfiguration={
                "type": "VECTOR",
                "vectorKnowledgeBaseConfiguration": {"embeddingModelArn": TITAN},
            },
            storageConfiguration={
                "type": "S3_VECTORS",
                "s3VectorsConfiguration": {"indexArn": index},
            },
        )["knowledgeBase"]["knowledgeBaseId"]
        return {"knowledgeBaseId": base, "dataSourceId": self._source(base)}

    def _source(self, base):
        fixed = {"maxTokens": 20, "overlapPercentage": 20}
        chunking = {"chunkingStrategy": "FIXED_SIZE", "fixedSizeChunkingConfiguration": fixed}
        where = {
            "bucketArn": f"arn:aws:s3:::{self.bucket}",
            "inclusionPrefixes": ["handbook/"],
        }
        source = self.agent.create_data_source(
            knowledgeBaseId=base,
            name="documents",
            dataSourceConfiguration={"type": "S3", "s3Configuration": where},
            vectorIngestionConfiguration={"chunkingConfiguration": chunking},
        )
        return source["dataSource"]["dataSourceId"]

    def put(self, **documents):
        for name, text in documents.items():
            self.s3.put_object(Bucket=self.bucket, Key=f"handbook/{name}", Body=text.encode())

    def start(self):
        return self.agent.start_ingestion_job(**self.ids)["ingestionJob"]

    def finish(self, job):
        while job["status"] not in ("COMPLETE", "FAILED"):
            time.sleep(0.05)
            asked = {**self.ids, "ingestionJobId": job["ingestionJobId"]}
            job = self.agent.get_ingestion_job(**asked)["ingestionJob"]
        return job

    def find(self, text, **settings):
        results = self.cloud.client("bedrock-agent-runtime").retrieve(
            knowledgeBaseId=self.ids["knowledgeBaseId"],
            retrievalQuery={"text": text},
            retrievalConfiguration={"vectorSearchConfiguration": settings},
        )["retrievalResults"]
        return [(one["location"]["s3Location"]["uri"].rpartition("/")[2], one) for one in results]


@pytest.fixture(scope="module")
def base(cloud):
    made = Base(cloud, "searched")
    made.put(**DOCUMENTS)
    made.finish(made.start())
    return made


def test_a_question_finds_the_passage_that_means_its_answer(base):
    assert base.find("refund window")[0][0] == "returns.md"


def test_a_japanese_question_finds_its_document(base):
    assert base.find("有給は何日ですか")[0][0] == "kyuka.md"


def test_scores_fall_and_say_how_near_each_passage_is(base):
    scores = [one["score"] for _, one in base.find("refund window")]
    assert 1.0 > scores[0] > scores[-1] > 0.0
    assert scores == sorted(scores, reverse=True)


def test_a_passage_is_no_longer_than_a_chunk(base):
    texts = [one["content"]["text"] for _, one in base.find("refund window")]
    assert max(map(len, texts)) < len(DOCUMENTS["returns.md"])


def test_a_passage_carries_its_documents_metadata(base):
    metadata = base.find("refund window")[0][1]["metadata"]
    assert (metadata["team"], metadata["year"]) == ("shop", 2026)
    assert metadata["x-amz-bedrock-kb-source-uri"].endswith("/handbook/returns.md")


def test_a_filter_keeps_only_what_matches_it(base):
    recent = {"greaterThan": {"key": "year", "value": 2025}}
    team = {"equals": {"key": "team", "value": "shop"}}
    found = base.find("bicycles", filter={"andAll": [team, recent]})
    assert {name for name, _ in found} == {"returns.md"}


def test_no_more_results_come_than_were_asked_for(base):
    assert len(base.find("bicycles", numberOfResults=1)) == 1


def test_hybrid_search_is_refused_as_on_s3_vectors(base):
    with pytest.raises(ClientError, match="HYBRID"):
        base.find("bicycles", overrideSearchType="HYBRID")


def test_retrieve_and_generate_is_refused_and_not_made_up(cloud):
    with pytest.raises(ClientError, match="not emulated"):
        cloud.client("bedrock-agent-runtime").retrieve_and_generate(input={"text": "hello"})


def test_an_ingestion_job_reports_what_changed_and_conflicts_with_another(cloud):
    base = Base(cloud, "ingested")
    # Unlike the others', these vectors are in no cache, so the job takes a while.
    new = {f"{number}.md": f"Room {number} has {number} chairs. " * 20 for number in range(5)}
    base.put(**new)
    first = base.start()
    assert first["status"] == "STARTING"
    with pytest.raises(ClientError, match="ConflictException"):
        base.start()
    counts = base.finish(first)["statistics"]
    assert counts["numberOfDocumentsScanned"] == counts["numberOfNewDocumentsIndexed"] == 5
    base.put(**{"1.md": "Room 1 is closed."})
    base.s3.delete_object(Bucket=base.bucket, Key="handbook/2.md")
    counts = base.finish(base.start())["statistics"]
    assert counts["numberOfModifiedDocumentsIndexed"] == counts["numberOfDocumentsDeleted"] == 1
    assert counts["numberOfNewDocumentsIndexed"] == 0
    assert "2.md" not in dict(base.find("Room 2", numberOfResults=100))


@pytest.mark.parametrize(
    "action", ["s3:ListBucket", "s3:GetObject", "bedrock:InvokeModel", "s3vectors:PutVectors"]
)
def test_a_job_fails_naming_what_its_role_lacks(cloud, action):
    base = Base(cloud, f"lacks-{action.lower().replace(':', '-')}", action)
    base.put(**{"parking.md": DOCUMENTS["parking.md"]})
    job = base.finish(base.start())
    assert job["status"] == "FAILED"
    assert f"not authorized to perform: {action}" in job["failureReasons"][0]


def test_a_search_is_refused_when_the_role_may_not_query(cloud):
    base = Base(cloud, "no-query", "s3vectors:QueryVectors")
    with pytest.raises(ClientError, match=r"AccessDeniedException.*s3vectors:QueryVectors"):
        base.find("anything")


def test_the_caller_needs_retrieve_on_the_knowledge_base(cloud, base):
    role = cloud.role("asker", {"Action": "bedrock:RetrieveAndGenerate", "Resource": "*"})
    with pytest.raises(ClientError, match=r"bedrock:Retrieve on resource: arn.*knowledge-base/"):
        cloud.client_as(role, "bedrock-agent-runtime").retrieve(
            knowledgeBaseId=base.ids["knowledgeBaseId"], retrievalQuery={"text": "x"}
        )


def test_an_embedding_model_answers_with_a_real_vector_of_the_asked_length(cloud):
    def embedding(text):
        body = json.dumps({"inputText": text, "dimensions": 512})
        reply = cloud.client("bedrock-runtime").invoke_model(
            modelId="amazon.titan-embed-text-v2:0", body=body
        )
        return json.loads(reply["body"].read())["embedding"]

    def cosine(left, right):
        return sum(a * b for a, b in zip(left, right, strict=True))

    bicycle, bike, tax = map(embedding, ("a bicycle", "a bike", "income tax"))
    assert len(bicycle) == 512
    assert cosine(bicycle, bike) > cosine(bicycle, tax)
