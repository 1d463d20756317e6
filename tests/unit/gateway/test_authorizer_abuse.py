"""R4 and R5 of reliability.md: no trick with headers gets in, and no body is read before a key."""

import random
from collections.abc import Callable

import pytest
from keyring import Keyring, bearer, effect, event

from gateway.authorizer import Unauthorized, authorize

REQUESTS = 1_000
BODIES = 2_000
Headers = dict[str, str | list[str]]
Trick = Callable[[random.Random, str, str], Headers]


def damaged(chance: random.Random, key: str) -> str:
    """Another text, somewhere between nearly the key and nothing like it."""
    at = chance.randrange(len(key))
    other = chance.choice("aZ0_-.=/+ \t\r\n\x00\x7f\x85é\u200b\uff53" + "\U0001f511")
    made = chance.choice(
        [
            key[:at],
            key[at:] if at else "",
            key[:at] + other + key[at + 1 :],
            key[:at] + other + key[at:],
            key + other * chance.randrange(1, 300),
            other + key,
            key.swapcase(),
            key[::-1],
            key * 2,
            "".join(f"%{ord(letter):02x}" for letter in key),
        ]
    )
    return made if made.strip(" ") != key else key[:-1]


def scheme(chance: random.Random) -> str:
    return chance.choice(
        ["Basic ", "Digest ", "Token ", "Bearer", "Bearer\t", "Bearer:", "Bearer\xa0", "", "'"]
    )


ELSEWHERE = [
    "Proxy-Authorization",
    "X-Authorization",
    "X-Forwarded-Authorization",
    "X-Original-Authorization",
    "Cookie",
    "X-Amz-Security-Token",
    "X-Amzn-Remapped-Authorization",
    "Authorisation",
    "api-key",
    "X-Goog-Api-Key",
]
# CVE-2026-49468 and its kin: headers that claim what only the platform may say.
CLAIMS = {
    "Host": "localhost",
    "X-Forwarded-Host": "127.0.0.1",
    "X-Forwarded-For": "127.0.0.1",
    "X-Original-URL": "/v1/models",
    "X-Rewrite-URL": "/v1/../internal",
    "X-HTTP-Method-Override": "OPTIONS",
    "X-Tenant": "demo",
    "X-Amzn-Request-Context": '{"authorizer":{"tenant":"demo"}}',
    "Transfer-Encoding": "chunked",
    "Content-Length": "0",
    "Connection": "Authorization",
}

# Every trick knows a good key of "demo" and one of "other", and must not get in with either.
TRICKS: dict[str, Trick] = {
    "a damaged key": lambda c, one, two: {"Authorization": f"Bearer {damaged(c, one)}"},
    "a damaged key in the other header": lambda c, one, two: {"x-api-key": damaged(c, one)},
    "another scheme": lambda c, one, two: {"Authorization": f"{scheme(c)}{one}"},
    "a scheme where none belongs": lambda c, one, two: {"x-api-key": f"Bearer {one}"},
    "a key in a header of its own": lambda c, one, two: {c.choice(ELSEWHERE): f"Bearer {one}"},
    "a name that is nearly right": lambda c, one, two: {
        c.choice(["Authorization ", " Authorization", "Authoriz\u0430tion", "x_api_key"]): one
    },
    "two headers, two keys": lambda c, one, two: {**bearer(one), "x-api-key": two},
    "two headers, one broken": lambda c, one, two: {**bearer(one), "x-api-key": damaged(c, one)},
    "one header twice": lambda c, one, two: {
        "Authorization": c.sample([f"Bearer {one}", f"Bearer {two}", f"Bearer {one}"], 2)
    },
    "one header, two spellings": lambda c, one, two: {
        "Authorization": f"Bearer {one}",
        "authorization": f"Bearer {c.choice([one, two, 'x'])}",
    },
    "two keys in one value": lambda c, one, two: {
        "Authorization": c.choice([",", ", ", " ", ";", "\n"]).join([f"Bearer {one}", two])
    },
    "claims instead of a key": lambda c, one, two: {
        **dict(c.sample(sorted(CLAIMS.items()), 3)),
        "Authorization": f"Bearer {damaged(c, one)}",
    },
}


@pytest.fixture
def ring():
    return Keyring("dev", {"demo": ("plain",), "other": ("other-teams",)})


def outcome(ring: Keyring, headers: Headers) -> str:
    try:
        return effect(ring.ask(headers))
    except Unauthorized:
        return "Unauthorized"


def test_no_trick_with_headers_gets_in(ring):
    chance = random.Random(4)
    one, two = ring.issue("demo"), ring.issue("other")
    names = [*TRICKS] * (REQUESTS // len(TRICKS) + 1)
    asked = [(name, TRICKS[name](chance, one, two)) for name in names[:REQUESTS]]
    assert [each for each in asked if outcome(ring, each[1]) == "Allow"] == []


def test_claims_beside_a_good_key_change_nothing(ring):
    policy = ring.ask({**CLAIMS, **bearer(ring.issue("other"))})
    assert (effect(policy), policy["context"]["tenant"]) == ("Allow", "other")


@pytest.mark.parametrize("path", ["GET/../../../prod/GET/v1", "POST/v1/%2e%2e/x", "GET/*", "GET/"])
def test_no_path_widens_a_policy_beyond_its_own_stage(ring, path):
    asked = event(bearer(ring.issue("demo")))
    api = "arn:aws:execute-api:us-east-1:111111111111:a1b2c3d4e5"
    asked["methodArn"] = f"{api}/api/{path}"
    policy = authorize(asked, settings=ring.settings, upstream=ring.aws())
    assert policy["policyDocument"]["Statement"][0]["Resource"] == f"{api}/api/*"


class Unread:
    """A body that complains when anybody looks at it."""

    def __getattribute__(self, name: str) -> object:
        raise AssertionError(f"the body was read: {name}")


def test_whoever_has_no_key_is_refused_whatever_the_body(ring):
    chance = random.Random(5)
    ways: list[Headers] = [
        {},
        {"Authorization": "Bearer"},
        {"x-api-key": "sk-strata-"},
        bearer("sk-strata-" + "n" * 43),
    ]
    told = set()
    for number in range(BODIES):
        asked = event(ways[number % len(ways)])
        asked["isBase64Encoded"] = bool(number % 2)
        asked["body"] = chance.randbytes(chance.randrange(200)).decode("latin-1")
        policy = authorize(asked, settings=ring.settings, upstream=ring.aws())
        told.add(effect(policy))
    assert told == {"Deny"}


def test_the_authorizer_never_looks_at_a_body(ring):
    asked = {**event(bearer(ring.issue("demo"))), "body": Unread()}
    assert effect(authorize(asked, settings=ring.settings, upstream=ring.aws())) == "Allow"
