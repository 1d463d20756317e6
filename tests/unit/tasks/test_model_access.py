"""Every branch of giving access to models, with botocore checking each request and reply."""

import json

import pytest

from tasks.custom_resource import Failed
from tasks.model_access import give_access
from tests.unit.tasks.account import CLAUDE, FORM, NOVA, scripted

ENCODED = json.dumps(FORM, ensure_ascii=False).encode()


@pytest.fixture
def scene():
    with scripted() as made:
        yield made


def test_nothing_is_done_where_everything_is_done(scene):
    account, script, clock = scene
    script.availability(CLAUDE)
    script.form(b'{"companyName": "filed by someone else"}')
    script.availability(CLAUDE)
    script.availability(CLAUDE)
    give_access(account, [CLAUDE], FORM)
    assert clock.seconds == 0


def test_a_missing_form_is_filed_as_plain_json_and_the_offer_accepted(scene):
    account, script, _ = scene
    script.availability(CLAUDE, "NOT_AVAILABLE")
    script.refusal("get_use_case_for_model_access", "ResourceNotFoundException")
    script.filing(ENCODED)
    script.availability(CLAUDE, "NOT_AVAILABLE")
    script.offers(CLAUDE, "first", "second")
    script.agreement(CLAUDE, "first")
    script.availability(CLAUDE)
    give_access(account, [CLAUDE], FORM)


def test_without_a_form_none_is_asked_for(scene):
    account, script, _ = scene
    for _ in range(3):
        script.availability(NOVA)
    give_access(account, [NOVA], None)


def test_a_model_without_offers_needs_nothing_and_is_not_waited_for(scene):
    account, script, clock = scene
    script.availability(NOVA, "NOT_AVAILABLE")
    script.availability(NOVA, "NOT_AVAILABLE")
    script.offers(NOVA)
    give_access(account, [NOVA], None)
    assert clock.seconds == 0


def test_an_agreement_that_somebody_else_made_meanwhile_is_as_good(scene):
    account, script, _ = scene
    script.availability(CLAUDE, "NOT_AVAILABLE")
    script.availability(CLAUDE, "NOT_AVAILABLE")
    script.offers(CLAUDE, "first")
    script.refusal("create_foundation_model_agreement", "ConflictException")
    script.availability(CLAUDE)
    give_access(account, [CLAUDE], None)


def test_an_agreement_that_failed_before_is_tried_again(scene):
    account, script, _ = scene
    script.availability(CLAUDE, "ERROR")
    script.availability(CLAUDE, "ERROR")
    script.offers(CLAUDE, "first")
    script.agreement(CLAUDE, "first")
    script.availability(CLAUDE)
    give_access(account, [CLAUDE], None)


def test_it_waits_for_an_agreement_that_is_under_way(scene):
    account, script, clock = scene
    for _ in range(5):
        script.availability(CLAUDE, "PENDING")
    script.availability(CLAUDE)
    give_access(account, [CLAUDE], None)
    assert clock.seconds == 1 + 2 + 4


def test_it_waits_for_the_authorization_too(scene):
    account, script, clock = scene
    for _ in range(3):
        script.availability(CLAUDE, authorization="NOT_AUTHORIZED")
    script.availability(CLAUDE)
    give_access(account, [CLAUDE], None)
    assert clock.seconds == 1


def test_after_14_minutes_it_says_what_is_missing_and_to_deploy_again(scene):
    account, script, clock = scene
    for _ in range(62):
        script.availability(CLAUDE, "PENDING")
    with pytest.raises(Failed) as failed:
        give_access(account, [CLAUDE], None)
    assert f"{CLAUDE}: agreement PENDING, AUTHORIZED" in str(failed.value)
    assert "Deploy again" in str(failed.value)
    assert 13 * 60 < clock.seconds <= 14 * 60


def test_nothing_is_accepted_if_the_region_lacks_a_model(scene):
    account, script, _ = scene
    script.availability(CLAUDE, "NOT_AVAILABLE")
    script.availability(NOVA, region="NOT_AVAILABLE")
    with pytest.raises(Failed, match=f"does not offer {NOVA}; nothing was accepted"):
        give_access(account, [CLAUDE, NOVA], FORM)


AWS_SAID = "arn:aws:iam::123456789012:role/x may not file Example AG"


def refused(scene, operation: str) -> str:
    """What is told when this operation is refused, after what the script holds so far."""
    account, script, _ = scene
    script.refusal(operation, "ValidationException", AWS_SAID)
    with pytest.raises(Failed) as failed:
        give_access(account, [CLAUDE], FORM)
    told = str(failed.value)
    assert "123456789012" not in told and "Example" not in told
    return told.partition(". ")[0]


def test_a_refused_look_is_told_by_model_step_and_code(scene):
    told = refused(scene, "get_foundation_model_availability")
    assert told == f"{CLAUDE}: GetFoundationModelAvailability was refused: ValidationException"


def test_a_refused_look_at_the_form_is_told(scene):
    scene[1].availability(CLAUDE)
    told = refused(scene, "get_use_case_for_model_access")
    assert told == "Anthropic's form: GetUseCaseForModelAccess was refused: ValidationException"


def test_a_refused_form_is_told(scene):
    scene[1].availability(CLAUDE)
    scene[1].refusal("get_use_case_for_model_access", "ResourceNotFoundException")
    told = refused(scene, "put_use_case_for_model_access")
    assert told == "Anthropic's form: PutUseCaseForModelAccess was refused: ValidationException"


def to_the_offers(script) -> None:
    script.availability(CLAUDE, "NOT_AVAILABLE")
    script.form(ENCODED)
    script.availability(CLAUDE, "NOT_AVAILABLE")


def test_refused_offers_are_told(scene):
    to_the_offers(scene[1])
    told = refused(scene, "list_foundation_model_agreement_offers")
    assert told == f"{CLAUDE}: ListFoundationModelAgreementOffers was refused: ValidationException"


def test_a_refused_agreement_is_told(scene):
    to_the_offers(scene[1])
    scene[1].offers(CLAUDE, "first")
    told = refused(scene, "create_foundation_model_agreement")
    assert told == f"{CLAUDE}: CreateFoundationModelAgreement was refused: ValidationException"


def test_a_permission_that_is_not_known_yet_is_waited_for(scene):
    account, script, clock = scene
    script.refusal("get_foundation_model_availability", "AccessDeniedException")
    for _ in range(3):
        script.availability(NOVA)
    give_access(account, [NOVA], None)
    assert clock.seconds == 10


def test_a_permission_that_never_comes_is_a_failure_after_two_minutes(scene):
    account, script, clock = scene
    for _ in range(13):
        script.refusal("get_foundation_model_availability", "AccessDeniedException")
    with pytest.raises(Failed, match="AccessDeniedException"):
        give_access(account, [NOVA], None)
    assert clock.seconds == 120
