"""The gate's guess of how long the chat role's policy gets, held against the templates."""

import json
import re

import pytest

from config.gate import policy_size
from config.load import ENVIRONMENTS, load_catalogue, parse_environment
from tests.stacks.assembly import plain, resources, synthesize, template

DEV = (ENVIRONMENTS / "dev.toml").read_text(encoding="utf-8")
ALIAS = """
[aliases.more-{}]
description = "One more."
model = "{}"
max_tokens = 9
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
prefix = "more-{}/"
embedding_model = "amazon.titan-embed-text-v2:0"
dimensions = 1_024
chunking = {{ max_tokens = 120, overlap_percent = 15 }}
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
    "KnowledgeBaseArn": f"arn:aws:bedrock:{OWNER}:knowledge-base/{'x' * 10}",
    "KeyArn": f"arn:aws:kms:{OWNER}:key/{'x' * 36}",
}


def spelled_out(resource: str) -> str:
    if resource.startswith("arn:"):
        return resource
    kind = next((k for k in ARNS if re.search(rf"{k}\w*$", resource)), "KeyArn")
    return ARNS[kind]


def policy_of(outdir) -> str:
    """The chat role's policy without blanks, as IAM counts it."""
    policies = resources(template(outdir, "dev", "Gateway"), "AWS::IAM::Policy").items()
    (policy,) = (each for id, each in policies if id.startswith("ChatRole"))
    text = json.dumps(plain(policy["Properties"]["PolicyDocument"]), separators=(",", ":"))
    return re.sub(
        r'"([A-Za-z0-9]+\.[A-Za-z]*Arn|[\w-]+:Exports[^"]+)"',
        lambda found: json.dumps(spelled_out(found[1])),
        text,
    )


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_guess_is_not_too_small_and_not_much_too_large(variant, tmp_path):
    environment = parse_environment("dev", VARIANTS[variant], load_catalogue())
    synthesize(tmp_path, environment)
    real = len(policy_of(tmp_path))
    assert real <= policy_size(environment) <= 1.25 * real
