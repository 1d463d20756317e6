"""The routes of the API: who may call them, how they answer, what a body must have."""

import json

import pytest

from config.load import environment_names, load_environment
from tests.stacks.assembly import (
    Template,
    dev_with,
    handlers,
    plain,
    resources,
    synthesize,
    template,
)

ROUTES = {
    ("POST", "/v1/chat/completions"): "Chat",
    ("POST", "/v1/responses"): "Chat",
    ("POST", "/v1/messages"): "Chat",
    ("POST", "/v1/embeddings"): "Embeddings",
    ("POST", "/v1/knowledge/{name}/search"): "Search",
    ("GET", "/v1/models"): "Models",
    ("GET", "/v1/models/{alias}"): "Models",
    ("GET", "/v1/openapi.json"): "Models",
    ("GET", "/v1/usage"): "Usage",
}
STREAMED = {route for route, handler in ROUTES.items() if handler == "Chat"}
NEEDS = {
    "/v1/chat/completions": ["model", "messages"],
    "/v1/messages": ["model", "messages"],
    "/v1/responses": ["model", "input"],
    "/v1/embeddings": ["model", "input"],
    "/v1/knowledge/{name}/search": ["query"],
}
ONE, TWO = "https://app.example.com", "https://beta.example.com"


def paths(gateway: Template) -> dict[str, str]:
    """Every resource's path by its logical id."""
    parts = {
        id: each["Properties"]
        for id, each in resources(gateway, "AWS::ApiGateway::Resource").items()
    }

    def path(id: str) -> str:
        parent = parts[id]["ParentId"]
        return f"{path(parent['Ref']) if 'Ref' in parent else ''}/{parts[id]['PathPart']}"

    return {id: path(id) for id in parts}


def methods(gateway: Template) -> dict[tuple[str, str], dict]:
    """Every method's properties by its verb and path."""
    known = paths(gateway)
    found = resources(gateway, "AWS::ApiGateway::Method").values()
    return {
        (each["Properties"]["HttpMethod"], known[each["Properties"]["ResourceId"]["Ref"]]): each[
            "Properties"
        ]
        for each in found
    }


@pytest.fixture(scope="module")
def prod(assembly) -> Template:
    return template(assembly, "prod", "Gateway")


@pytest.mark.parametrize("environment", environment_names())
def test_every_route_leads_to_its_function(assembly, environment):
    found = methods(template(assembly, environment, "Gateway"))
    assert set(found) == set(ROUTES)
    for route, handler in ROUTES.items():
        assert f"/{handler}Live" in plain(found[route]["Integration"]["Uri"])


@pytest.mark.parametrize("environment", environment_names())
def test_nothing_is_answered_without_a_key(assembly, environment):
    for method in methods(template(assembly, environment, "Gateway")).values():
        assert method["AuthorizationType"] == "CUSTOM"
        assert method["AuthorizerId"]["Ref"]


def test_the_key_is_in_one_header_and_on_one_route_in_either(prod):
    authorizers = resources(prod, "AWS::ApiGateway::Authorizer")
    found = {id: each["Properties"] for id, each in authorizers.items()}
    asked_each_time = {
        path
        for (_, path), method in methods(prod).items()
        if "IdentitySource" not in found[method["AuthorizerId"]["Ref"]]
    }
    assert asked_each_time == {"/v1/messages"}


def test_both_authorizers_are_one_function_and_what_is_remembered_is_for_60_seconds(prod):
    found = [r["Properties"] for r in resources(prod, "AWS::ApiGateway::Authorizer").values()]
    remembered = {
        each.get("IdentitySource"): each["AuthorizerResultTtlInSeconds"] for each in found
    }
    assert remembered == {"method.request.header.Authorization": 60, None: 0}
    assert [each["Type"] for each in found] == ["REQUEST", "REQUEST"]
    assert len({json.dumps(each["AuthorizerUri"]) for each in found}) == 1


@pytest.mark.parametrize("environment", environment_names())
def test_the_chat_routes_stream_for_as_long_as_the_environment_says(assembly, environment):
    milliseconds = load_environment(environment).api.timeout_seconds * 1_000
    for route, method in methods(template(assembly, environment, "Gateway")).items():
        integration = method["Integration"]
        streams = integration.get("ResponseTransferMode") == "STREAM"
        assert streams == (route in STREAMED)
        assert integration.get("TimeoutInMillis") == (milliseconds if streams else None)
        assert ("response-streaming-invocations" in plain(integration["Uri"])) == streams


@pytest.mark.parametrize("environment", environment_names())
def test_a_function_lives_as_long_as_its_routes_wait(assembly, environment):
    declared = load_environment(environment).api.timeout_seconds
    found = handlers(template(assembly, environment, "Gateway"))
    for id, each in found.items():
        longest = declared if id.startswith("Chat") else min(29, declared)
        assert each["Properties"]["Timeout"] == longest


def test_only_the_function_that_streams_is_started_by_our_runtime(prod):
    wrapped = {
        id.partition("Function")[0]: each["Properties"]["Environment"]["Variables"].get(
            "AWS_LAMBDA_EXEC_WRAPPER"
        )
        for id, each in handlers(prod).items()
    }
    assert wrapped.pop("Chat") == "/var/task/stream_wrapper"
    assert set(wrapped.values()) == {None}


def test_a_body_must_have_what_every_request_of_the_route_has(prod):
    models = resources(prod, "AWS::ApiGateway::Model")
    (validator,) = resources(prod, "AWS::ApiGateway::RequestValidator").items()
    assert validator[1]["Properties"]["ValidateRequestBody"] is True
    for (verb, path), method in methods(prod).items():
        if verb != "POST":
            assert "RequestValidatorId" not in method
            continue
        assert method["RequestValidatorId"] == {"Ref": validator[0]}
        schema = models[method["RequestModels"]["application/json"]["Ref"]]["Properties"]["Schema"]
        assert (schema["type"], schema["required"]) == ("object", NEEDS[path])
        assert set(schema) == {"$schema", "type", "required"}


def test_the_edges_own_answers_are_openais_and_repeat_nothing_of_a_request(prod):
    for answer in resources(prod, "AWS::ApiGateway::GatewayResponse").values():
        text = answer["Properties"]["ResponseTemplates"]["application/json"]
        assert set(json.loads(text)["error"]) == {"message", "type", "param", "code"}
        assert "$" not in text and "arn:" not in text
    types = {
        answer["Properties"]["ResponseType"]
        for answer in resources(prod, "AWS::ApiGateway::GatewayResponse").values()
    }
    assert {"BAD_REQUEST_BODY", "UNAUTHORIZED", "WAF_FILTERED", "THROTTLED"} <= types


def test_the_access_log_says_who_and_what_and_shows_no_secret(prod):
    (stage,) = resources(prod, "AWS::ApiGateway::Stage").values()
    line = json.loads(stage["Properties"]["AccessLogSetting"]["Format"])
    assert line["keyId"] == "$context.authorizer.key_id"
    assert set(line) == {
        *("requestId", "tenant", "keyId", "time", "method", "route", "status", "latencyMs", "error")
    }


@pytest.fixture(scope="module")
def one_origin(tmp_path_factory) -> Template:
    outdir = tmp_path_factory.mktemp("one")
    synthesize(outdir, dev_with(f'cors_origins = ["{ONE}"]'))
    return template(outdir, "dev", "Gateway")


def test_a_declared_origin_may_ask_every_route_without_a_key(one_origin):
    found = methods(one_origin)
    preflights = {route: each for route, each in found.items() if route[0] == "OPTIONS"}
    assert {path for _, path in preflights} == {path for _, path in ROUTES}
    for preflight in preflights.values():
        assert preflight["AuthorizationType"] == "NONE"
        assert preflight["Integration"]["Type"] == "MOCK"
        (answer,) = preflight["Integration"]["IntegrationResponses"]
        headers = answer["ResponseParameters"]
        prefix = "method.response.header.Access-Control-Allow-"
        assert headers[f"{prefix}Origin"] == f"'{ONE}'"
        assert headers[f"{prefix}Headers"] == "'*,authorization'"


def test_all_other_methods_still_ask_for_a_key(one_origin):
    for (verb, _), method in methods(one_origin).items():
        assert method["AuthorizationType"] == ("NONE" if verb == "OPTIONS" else "CUSTOM")


def test_the_edges_own_answers_let_a_single_origin_read_them(one_origin):
    for answer in resources(one_origin, "AWS::ApiGateway::GatewayResponse").values():
        headers = answer["Properties"]["ResponseParameters"]
        assert headers["gatewayresponse.header.access-control-allow-origin"] == f"'{ONE}'"
        assert headers["gatewayresponse.header.vary"] == "'origin'"


def test_of_several_origins_none_is_let_in_by_copying_the_requests(tmp_path):
    synthesize(tmp_path, dev_with(f'cors_origins = ["{ONE}", "{TWO}"]'))
    text = json.dumps(template(tmp_path, "dev", "Gateway"))
    assert "method.request.header.Origin" not in text
    assert ONE in text and TWO in text and "'*'" not in text


def test_traces_are_off_unless_declared(prod, tmp_path):
    synthesize(tmp_path, dev_with("tracing = true"))
    traced = template(tmp_path, "dev", "Gateway")
    (stage,) = resources(traced, "AWS::ApiGateway::Stage").values()
    assert stage["Properties"]["TracingEnabled"] is True
    for function in handlers(traced).values():
        assert function["Properties"]["TracingConfig"] == {"Mode": "Active"}
    assert "TracingConfig" not in json.dumps(prod)
    assert "TracingEnabled" not in json.dumps(prod)
