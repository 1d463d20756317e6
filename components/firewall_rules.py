"""The rules of the firewall, and what it answers where it refuses by a rule of ours."""

import json

from aws_cdk import aws_wafv2 as wafv2

Acl = wafv2.CfnWebACL
Rule = Acl.RuleProperty

# Managed rule groups, each with its rules that read a body:
# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
MANAGED: dict[str, tuple[str, ...]] = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesKnownBadInputsRuleSet": (
        "JavaDeserializationRCE_BODY",
        "Log4JRCE_BODY",
        "ReactJSRCE_BODY",
    ),
    "AWSManagedRulesCommonRuleSet": (
        "CrossSiteScripting_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "SizeRestrictions_BODY",
    ),
}
# WAF counts what an address sends in so many seconds.
WINDOW = 300


def _refusal(type: str, code: str, message: str) -> Acl.CustomResponseBodyProperty:
    """OpenAI's error shape, like every other answer of the edge."""
    error = {"message": message, "type": type, "param": None, "code": code}
    return Acl.CustomResponseBodyProperty(
        content_type="APPLICATION_JSON", content=json.dumps({"error": error})
    )


REFUSALS = {
    "Rate": _refusal("rate_limit_error", "rate_limit_exceeded", "Too many requests: slow down."),
    "Size": _refusal("invalid_request_error", "request_too_large", "The body is too large."),
}


def rate(priority: int, per_second: int) -> Rule:
    """An address may use the API's whole rate, for it may be an office's; more it may not."""
    statement = Acl.RateBasedStatementProperty(
        aggregate_key_type="IP", limit=per_second * WINDOW, evaluation_window_sec=WINDOW
    )
    return _own("Rate", 429, priority, Acl.StatementProperty(rate_based_statement=statement))


def size(priority: int, limit: int) -> Rule:
    """By the header, since WAF does not see all of a body.

    One that comes without the header is measured by API Gateway (10 MB) and by the gateway itself.
    """
    statement = Acl.RegexMatchStatementProperty(
        field_to_match=Acl.FieldToMatchProperty(single_header={"Name": "content-length"}),
        regex_string=number_above(limit),
        text_transformations=[Acl.TextTransformationProperty(priority=0, type="NONE")],
    )
    return _own("Size", 413, priority, Acl.StatementProperty(regex_match_statement=statement))


def managed(priority: int, group: str, counted: tuple[str, ...]) -> Rule:
    """AWS's rules, as AWS keeps them up to date; those named only count."""
    count = Acl.RuleActionProperty(count={})
    statement = Acl.ManagedRuleGroupStatementProperty(
        vendor_name="AWS",
        name=group,
        rule_action_overrides=[
            Acl.RuleActionOverrideProperty(name=name, action_to_use=count) for name in counted
        ],
    )
    return Rule(
        name=group,
        priority=priority,
        override_action=Acl.OverrideActionProperty(none={}),
        statement=Acl.StatementProperty(managed_rule_group_statement=statement),
        visibility_config=visible(group),
    )


def visible(metric: str) -> Acl.VisibilityConfigProperty:
    """Counted by CloudWatch and never sampled: a sample shows what was sent."""
    return Acl.VisibilityConfigProperty(
        metric_name=metric, cloud_watch_metrics_enabled=True, sampled_requests_enabled=False
    )


def number_above(limit: int) -> str:
    """The pattern of a whole number above the limit: more digits, or the first that differs."""
    digits = str(limit)
    above = [rf"[1-9]\d{{{len(digits)},}}"]
    for place, digit in enumerate(digits):
        if digit != "9":
            rest = r"\d" * (len(digits) - place - 1)
            above.append(f"{digits[:place]}[{int(digit) + 1}-9]{rest}")
    return f"^0*({'|'.join(above)})$"


def _own(name: str, status: int, priority: int, statement: Acl.StatementProperty) -> Rule:
    answer = Acl.CustomResponseProperty(response_code=status, custom_response_body_key=name)
    return Rule(
        name=name,
        priority=priority,
        action=Acl.RuleActionProperty(block=Acl.BlockActionProperty(custom_response=answer)),
        statement=statement,
        visibility_config=visible(name),
    )
