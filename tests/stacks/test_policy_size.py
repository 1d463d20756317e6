"""The gate's guesses of how long the chat role's policies get, held against the templates."""

import json
import re

import pytest

from config.gate import policy_size
from config.load import ENVIRONMENTS, load_catalogue, parse_environment
from config.policy import AROUND, MOST_CHARACTERS, calls, size
from tests.stacks.assembly import plain, resources, synthesize, template

DEV = (ENVIRONMENTS / "dev.toml").read_text(encoding="utf-8")
ALIAS = """
[aliases.more-{}]
description = "One more."
model = "{}"
max_tokens = 9
guardrail = "standard"
"""
MICRO = "us.amazon.nova-micro-v1:0"
OTHERS = [
    MICRO,
    "us.anthropic.claude-haiku-5-5",
    "us.anthropic.claude-opus-5-5",
    "us.meta.llama3-3-70b-instruct-v1:0",
    "us.meta.llama4-maverick-17b-instruct-v1:0",
    "us.meta.llama4-scout-17b-instruct-v1:0",
]
BASE = """
[knowledge_bases.more-{}]
description = "One more."
prefixes = ["more-{}/"]
embedding_model = "amazon.titan-embed-text-v2:0"
dimensions = 1_024
chunking = {{ strategy = "none" }}
readers = "groups"
keep_vectors = false
"""
VARIANTS = {
    "dev": DEV,
    "six aliases more": DEV + "".join(ALIAS.format(i, MICRO) for i in range(6)),
    "six models more": DEV + "".join(ALIAS.format(i, id) for i, id in enumerate(OTHERS)),
    "traces": DEV.replace("[api]\n", "[api]\ntracing = true\n"),
    "ten knowledge bases more": DEV + "".join(BASE.format(i, i) for i in range(10)),
}
# As AWS spells what a template leaves open.
OWNER = "us-east-1:111111111111"
ARNS = {
    "InferenceProfileArn": f"arn:aws:bedrock:{OWNER}:application-inference-profile/{'x' * 12}",
    "GuardrailArn": f"arn:aws:bedrock:{OWNER}:guardrail/{'x' * 12}",
    "Version": "99",
    "KnowledgeBaseArn": f"arn:aws:bedrock:{OWNER}:knowledge-base/{'x' * 10}",
    "KeyArn": f"arn:aws:kms:{OWNER}:key/{'x' * 36}",
}


def spelled_out(resource: str) -> str:
    if resource.startswith("arn:"):
        return resource
    kind = next((k for k in ARNS if re.search(rf"{k}\w*$", resource)), "KeyArn")
    return ARNS[kind]


def policies_of(outdir, type: str) -> list[str]:
    """The chat role's policies without blanks, as IAM counts them."""
    return [
        spelled(json.dumps(plain(policy["Properties"]["PolicyDocument"]), separators=(",", ":")))
        for policy in resources(template(outdir, "dev", "Gateway"), type).values()
        if plain(policy["Properties"]["Roles"][0]).startswith("ChatRole")
        and "bedrock:Retrieve" not in str(policy)
    ]


def spelled(policy: str) -> str:
    return re.sub(
        r"[A-Za-z0-9]+\.(?:[A-Za-z]*Arn|Version)\b|[\w-]+:Exports[^\"]+",
        lambda found: spelled_out(found[0]),
        policy,
    )


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_guess_is_not_too_small_and_not_much_too_large(variant, tmp_path):
    environment = parse_environment("dev", VARIANTS[variant], load_catalogue())
    synthesize(tmp_path, environment)
    (real,) = policies_of(tmp_path, "AWS::IAM::Policy")
    assert len(real) <= policy_size(environment) <= 1.25 * len(real)


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_policy_over_models_fits_and_is_not_cut_much_too_early(variant, tmp_path):
    environment = parse_environment("dev", VARIANTS[variant], load_catalogue())
    synthesize(tmp_path, environment)
    batches = [batch for each in calls(environment).values() for batch in each]
    real = sorted(map(len, policies_of(tmp_path, "AWS::IAM::ManagedPolicy")))
    guessed = sorted(
        AROUND + sum(size(environment.inference[key][2][at]) for key, at in batch)
        for batch in batches
    )
    assert len(real) == len(guessed)
    for one, guess in zip(real, guessed, strict=True):
        assert one <= guess <= MOST_CHARACTERS
        assert guess <= 1.6 * one  # models that two aliases share stand there once
