"""Gap 3: the models and profiles are those of `config/models.toml`."""

import pytest
from botocore.exceptions import ClientError

from config.load import load_catalogue
from config.models import invocable_ids

ASK = {"messages": [{"role": "user", "content": [{"text": "Say yes."}]}]}
SHORT = {"maxTokens": 5}
LITE = "us.amazon.nova-lite-v1:0"
LITE_ARN = f"arn:aws:bedrock:us-east-1:000000000000:inference-profile/{LITE}"


def refusal(client, model_id):
    with pytest.raises(ClientError, match="ValidationException") as refused:
        client.converse(modelId=model_id, **ASK)
    return str(refused.value)


def test_a_model_that_the_catalogue_lacks_is_refused(cloud):
    said = refusal(cloud.client("bedrock-runtime"), "amazon.titan-text-express-v1")
    assert "The provided model identifier is invalid." in said


def test_a_model_that_answers_through_profiles_only_is_refused_by_its_bare_id(cloud):
    said = refusal(cloud.client("bedrock-runtime"), "anthropic.claude-sonnet-5-5")
    assert "with on-demand throughput isn’t supported" in said


def test_a_profile_of_another_geography_is_refused(cloud):
    said = refusal(cloud.client("bedrock-runtime", region="eu-west-1"), LITE)
    assert "The provided model identifier is invalid." in said


def test_a_profile_lists_the_regions_that_may_serve_it(cloud):
    profile = cloud.client("bedrock").get_inference_profile(inferenceProfileIdentifier=LITE)
    arns = [model["modelArn"] for model in profile["models"]]
    assert "arn:aws:bedrock:us-west-2::foundation-model/amazon.nova-lite-v1:0" in arns


def test_the_listed_models_are_those_that_the_region_offers(cloud):
    listed = cloud.client("bedrock").list_foundation_models(byProvider="Mistral AI")
    offered = {
        model.id
        for model in load_catalogue().values()
        if model.provider == "Mistral AI" and invocable_ids(model, "us-east-1")
    }
    assert {one["modelId"] for one in listed["modelSummaries"]} == offered
    assert len(offered) > 5


def test_an_application_profile_answers_for_the_model_that_it_was_copied_from(cloud):
    made = cloud.client("bedrock").create_inference_profile(
        inferenceProfileName="catalogue", modelSource={"copyFrom": LITE_ARN}
    )
    answer = cloud.client("bedrock-runtime").converse(
        modelId=made["inferenceProfileArn"], inferenceConfig=SHORT, **ASK
    )
    assert answer["usage"]["outputTokens"] > 0


def test_an_application_profile_of_an_unknown_model_cannot_be_made(cloud):
    with pytest.raises(ClientError, match="identifier is invalid"):
        cloud.client("bedrock").create_inference_profile(
            inferenceProfileName="none", modelSource={"copyFrom": f"{LITE_ARN}-none"}
        )
