"""Gap 1 for WAF: what a template puts before a stage is recorded."""

STAGE = "arn:aws:apigateway:us-east-1::/restapis/abc/stages/api"
ACL_ARN = {"Fn::GetAtt": ["Acl", "Arn"]}
LOG = "arn:aws:logs:us-east-1:000000000000:log-group:aws-waf-logs-test"


def acl():
    visible = {"CloudWatchMetricsEnabled": True, "SampledRequestsEnabled": False}
    return {
        "Type": "AWS::WAFv2::WebACL",
        "Properties": {
            "Scope": "REGIONAL",
            "DefaultAction": {"Allow": {}},
            "VisibilityConfig": {**visible, "MetricName": "all"},
        },
    }


def before(stage):
    properties = {"ResourceArn": stage, "WebACLArn": ACL_ARN}
    return {"Type": "AWS::WAFv2::WebACLAssociation", "Properties": properties}


def logged():
    properties = {"ResourceArn": ACL_ARN, "LogDestinationConfigs": [LOG]}
    return {"Type": "AWS::WAFv2::LoggingConfiguration", "Properties": properties}


def protecting(cloud, stage):
    found = cloud.client("wafv2").get_web_acl_for_resource(ResourceArn=stage)
    return found.get("WebACL", {}).get("ARN")


def test_an_association_follows_its_template(cloud):
    resources = {"Acl": acl(), "Before": before(STAGE), "Log": logged()}
    made = cloud.deploy("firewall", resources, Arn=ACL_ARN)
    assert protecting(cloud, STAGE) == made["Arn"]

    moved = cloud.deploy("firewall", {**resources, "Before": before(STAGE + "2")}, Arn=ACL_ARN)
    assert moved == made
    assert protecting(cloud, STAGE + "2") == made["Arn"]
    listed = cloud.client("wafv2").list_resources_for_web_acl(WebACLArn=made["Arn"])
    assert listed["ResourceArns"] == [STAGE + "2"]
