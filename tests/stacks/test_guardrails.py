"""Guardrails as CloudFormation gets them: complete, accepted by other people's rules, versioned."""

import json
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk import Environment as Account
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Template
from cdk_preflight import Preflight
from cfnlint.api import lint

from components.guardrail import Guardrail
from config.guardrail_profiles import GuardrailProfile
from config.load import load_environment, load_guardrails, parse_guardrail
from config.schema import Environment
from stacks.platform import Platform
from tests.accounts import DEV_ACCOUNT
from tests.stacks.assembly import ROOT, resources, synthesize, template

FILE = ROOT / "tests" / "unit" / "config" / "full_guardrail.toml"
FULL = FILE.read_text(encoding="utf-8")
# cdk-preflight 1.9.1 ends in an error of its own on a guardrail with two STANDARD tiers.
BROKEN_RULE = "pf-bedrock-guardrail-standard-tier-cross-region"


def environment(text: str = FULL) -> Environment:
    guardrails = {**load_guardrails(), "full": parse_guardrail("full", text)}
    return load_environment("dev").model_copy(update={"guardrails": guardrails})


@pytest.fixture(scope="module")
def outdir(tmp_path_factory) -> Path:
    made = Path(tmp_path_factory.mktemp("guardrails"))
    synthesize(made, environment())
    return made


def full(outdir: Path) -> dict:
    found = resources(template(outdir, "dev", "Gateway"), "AWS::Bedrock::Guardrail")
    (one,) = (each for each in found.values() if each["Properties"]["Name"] == "strata-dev-full")
    return one["Properties"]


def version(text: str) -> str:
    """The logical id of the version that a file publishes."""
    account = Account(account=DEV_ACCOUNT, region="us-east-1")
    stack = Stack(App(), "Alone", env=account)
    policy = parse_guardrail("full", text)
    guardrail = Guardrail(stack, "full", name="full", policy=policy, key=kms.Key(stack, "Key"))
    (published,) = Template.from_stack(stack).find_resources("AWS::Bedrock::GuardrailVersion")
    assert guardrail.content in published
    return published


def test_everything_that_the_file_says_is_in_the_template(outdir):
    said = full(outdir)
    assert said["ContentPolicyConfig"] == {
        "ContentFiltersTierConfig": {"TierName": "STANDARD"},
        "FiltersConfig": [
            {
                "Type": "HATE",
                "InputStrength": "HIGH",
                "InputModalities": ["IMAGE", "TEXT"],
                "OutputStrength": "HIGH",
            },
            {
                "Type": "PROMPT_ATTACK",
                "InputStrength": "HIGH",
                "OutputStrength": "NONE",
                "OutputEnabled": False,
            },
            {"Type": "SEXUAL", "InputStrength": "HIGH", "OutputStrength": "HIGH"},
            {
                "Type": "VIOLENCE",
                "InputStrength": "LOW",
                "OutputStrength": "HIGH",
                "OutputAction": "NONE",
            },
        ],
    }
    assert said["TopicPolicyConfig"] == {
        "TopicsTierConfig": {"TierName": "STANDARD"},
        "TopicsConfig": [
            {
                "Name": "Tax advice",
                "Definition": "Advice on what a concrete person or firm has to pay in taxes.",
                "Examples": ["May I deduct my car?"],
                "Type": "DENY",
                "OutputAction": "NONE",
            }
        ],
    }
    assert said["WordPolicyConfig"] == {
        "WordsConfig": [
            {"Text": "Project Ibis", "InputAction": "NONE"},
            {"Text": "Project Nightjar"},
        ],
        "ManagedWordListsConfig": [{"Type": "PROFANITY", "InputEnabled": False}],
    }
    assert said["SensitiveInformationPolicyConfig"] == {
        "PiiEntitiesConfig": [
            {"Type": "EMAIL", "Action": "ANONYMIZE"},
            {"Type": "NAME", "Action": "NONE", "OutputAction": "NONE", "InputEnabled": False},
            {
                "Type": "PASSWORD",
                "Action": "ANONYMIZE",
                "InputAction": "BLOCK",
                "OutputAction": "ANONYMIZE",
            },
        ],
        "RegexesConfig": [
            {
                "Name": "order",
                "Pattern": "ORD-[0-9]{8}",
                "Description": "The number of an order.",
                "Action": "BLOCK",
                "InputAction": "NONE",
                "OutputAction": "BLOCK",
            }
        ],
    }
    assert said["ContextualGroundingPolicyConfig"]["FiltersConfig"] == [
        {"Type": "GROUNDING", "Threshold": 0.75},
        {"Type": "RELEVANCE", "Threshold": 0.5, "Action": "NONE"},
    ]
    assert said["AutomatedReasoningPolicyConfig"] == {
        "Policies": [
            "arn:aws:bedrock:us-east-1:111111111111:automated-reasoning-policy/abcdefghijkl:1"
        ],
        "ConfidenceThreshold": 0.8,
    }
    profile = f"arn:aws:bedrock:us-east-1:{DEV_ACCOUNT}:guardrail-profile/us.guardrail.v1:0"
    assert said["CrossRegionConfig"] == {"GuardrailProfileArn": profile}
    assert "Key" in said["KmsKeyArn"]["Fn::ImportValue"]


def linted(outdir: Path, **changes: object) -> list[str]:
    properties = {**full(outdir), "KmsKeyArn": f"arn:aws:kms:us-east-1:{'1' * 12}:key/{'a' * 36}"}
    guardrail = {"Type": "AWS::Bedrock::Guardrail", "Properties": {**properties, **changes}}
    text = json.dumps({"Resources": {"Full": guardrail}})
    return [str(match) for match in lint(text, regions=["us-east-1"])]


def test_cfn_lint_accepts_it_and_would_not_accept_anything(outdir):
    assert linted(outdir) == []
    assert linted(outdir, BlockedInputMessaging="x" * 501)


def preflight(outdir: Path, declared: Environment) -> None:
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = App(outdir=str(outdir), context=context, builtin_cloud_formation_validation=False)
    Platform(app, declared, {})
    Preflight.apply(app, exclude=[BROKEN_RULE])
    app.synth()


def test_cdk_preflight_accepts_it_and_would_not_accept_anything(tmp_path):
    preflight(tmp_path / "right", environment())
    declared = environment()
    wrong = declared.guardrails["full"].model_copy(
        update={
            "cross_region": GuardrailProfile(geography="eu", sources={"us-east-1": ("us-east-1",)})
        }
    )
    declared = declared.model_copy(update={"guardrails": {**declared.guardrails, "full": wrong}})
    with pytest.raises(Exception, match="pf-bedrock-guardrail-profile-geo"):
        preflight(tmp_path / "wrong", declared)


# An edit that changes what the guardrail says, and one that does not.
SAYS = {
    "another message": ('"In."', '"No."'),
    "a stronger filter": ('input = "LOW"', 'input = "MEDIUM"'),
    "a filter off": ('SEXUAL = "HIGH"', 'SEXUAL = { input = "HIGH", output = "NONE" }'),
    "a lower threshold": ("GROUNDING = 0.75", "GROUNDING = 0.7"),
    "a word less": ('"Project Nightjar", ', ""),
    "personal data masked": (
        'EMAIL = "ANONYMIZE"',
        'EMAIL = { input = "BLOCK", output = "ANONYMIZE" }',
    ),
    "another tier": ('content_tier = "STANDARD"\n', ""),
}
SAYS_THE_SAME = {
    "another description": ('"Has everything."', '"Has it all."'),
    "a comment": ("[grounding]", "# why\n[grounding]"),
    "another order": (
        'EMAIL = "ANONYMIZE"\nPASSWORD = { input = "BLOCK", output = "ANONYMIZE" }',
        'PASSWORD = { input = "BLOCK", output = "ANONYMIZE" }\nEMAIL = "ANONYMIZE"',
    ),
    "a default spelled out": ('SEXUAL = "HIGH"', 'SEXUAL = { input = "HIGH", output = "HIGH" }'),
    "a default modality": (
        'SEXUAL = "HIGH"',
        'SEXUAL = { input = { strength = "HIGH", modalities = ["TEXT"] }, output = "HIGH" }',
    ),
}


@pytest.mark.parametrize("edit", [*SAYS, *SAYS_THE_SAME])
def test_a_version_moves_with_what_the_guardrail_says_and_with_nothing_else(edit):
    before, after = {**SAYS, **SAYS_THE_SAME}[edit]
    assert before in FULL
    moved = version(FULL.replace(before, after, 1)) != version(FULL)
    assert moved == (edit in SAYS)


def test_who_applies_a_guardrail_may_read_it_and_have_it_judged_elsewhere(tmp_path):
    declared = load_environment("dev")
    alias = declared.aliases["reasoning"].model_copy(update={"guardrail": "strict"})
    aliases = {**declared.aliases, "reasoning": alias}
    synthesize(tmp_path, declared.model_copy(update={"aliases": aliases}))
    policies = resources(template(tmp_path, "dev", "Gateway"), "AWS::IAM::Policy")
    (chat,) = (each for id, each in policies.items() if id.startswith("ChatRole"))
    statements = chat["Properties"]["PolicyDocument"]["Statement"]
    applied = [one["Resource"] for one in statements if one["Action"] == "bedrock:ApplyGuardrail"]
    profile = f"arn:aws:bedrock:{{}}:{DEV_ACCOUNT}:guardrail-profile/us.guardrail.v1:0"
    for region in ("us-east-1", "us-east-2", "us-west-2"):
        assert profile.format(region) in applied[0]
    decrypts = [one for one in statements if "kms:Decrypt" in one["Action"]]
    assert decrypts
