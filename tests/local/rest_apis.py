"""The pieces of a template with a REST API, as short as they can be written."""

INVOKE = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"


def ref(name):
    return {"Ref": name}


def arn(name):
    return {"Fn::GetAtt": [name, "Arn"]}


def function(code):
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.14",
            "Handler": "index.handler",
            "Code": {"ZipFile": code},
            "Role": arn("Role"),
        },
    }


def permission(name):
    return {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "FunctionName": arn(name),
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
        },
    }


def uri(name, path=INVOKE):
    before, after = path.split("{}")
    return {"Fn::Join": ["", [before, arn(name), after]]}


def api(kind, **properties):
    return {"Type": f"AWS::ApiGateway::{kind}", "Properties": properties}


def of_api(kind, **properties):
    return api(kind, RestApiId=ref("Api"), **properties)


TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
