"""What a secret looks like: known shapes first, then long random text, and short text only where
its name says that it is one. References to one (`{{resolve:secretsmanager:…}}`) are none."""

import math
import re
from collections import Counter

from audit.encoded import ENCODED, decoded, unwrapped

MASK = "(masked)"
SHAPES = re.compile(
    r"""
      (?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Z0-9])    # AWS access key id
    | \bgh[pousr]_[A-Za-z0-9]{20,} | \bgithub_pat_[A-Za-z0-9_]{20,}
    | \bglpat-[A-Za-z0-9_-]{16,}
    | \bxox[abeoprs]-[A-Za-z0-9-]{10,} | \bxapp-[A-Za-z0-9-]{10,}
    | https://hooks\.slack\.com/services/[A-Za-z0-9/]{20,}
    | \b[sr]k_(?:live|test)_[A-Za-z0-9]{10,} | \bwhsec_[A-Za-z0-9+/=]{16,}
    | \bsk-(?:ant-|proj-|svcacct-)?[A-Za-z0-9_-]{20,}
    | \bAIza[A-Za-z0-9_-]{30,} | \bya29\.[A-Za-z0-9_-]{20,}
    | \bhf_[A-Za-z0-9]{20,} | \bnpm_[A-Za-z0-9]{30,} | \bpypi-[A-Za-z0-9_-]{30,}
    | \bdop_v1_[a-f0-9]{40,} | \bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}
    | \bkey-[a-f0-9]{32}\b | \bSK[a-f0-9]{32}\b | \bdapi[a-f0-9]{32}\b
    | \bABSK[A-Za-z0-9+/=]{30,} | \bbedrock-api-key-[A-Za-z0-9+/=_-]{20,}
    | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*           # JSON web token
    | -----BEGIN[ A-Z0-9]*PRIVATE[ ]KEY-----(?:[\s\S]*?-----END[ A-Z0-9]*-----|[\s\S]*)
    | \b(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/=]{20,}
    """,
    re.VERBOSE,
)
# user:password@host, and password=value inside a longer text.
IN_URL = re.compile(r"(?<=://)([^\s/:@]*):([^\s/@]+)(?=@)")
WORDS = (
    r"pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|credential"
)
ASSIGNED = re.compile(
    rf"""(?i)((?:{WORDS})[a-z_-]*["']?\s*[=:]\s*["']?)([^\s"',;&{{}}$()]{{6,}})"""
)
# Stricter, since code is full of `token = event["token"]`: quoted, or as in a file of variables.
WRITTEN = re.compile(
    rf"""(?ix)(?:{WORDS})[a-z_-]*["']?\s*
    (?: [=:]\s*["']([^"'\s]{{6,}})["'] | =([A-Za-z0-9+/=_!@\#%^*.~-]{{8,}})(?=$|[\s;&]) )
    """
)
FLAG = re.compile(rf"""(?i)(?<!\S)--?(?:{WORDS})[a-z-]*[ ]["']?([^\s"'$(-][^\s"']{{5,}})""")
BEARER = re.compile(r"(?i)\b((?:bearer|basic)\s+)([A-Za-z0-9._~+/=-]{16,})")
SECRET_NAME = re.compile(
    r"(?i)pass(?:word|wd|phrase)|\bpwd\b|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|credential|^authorization$|origin-?verify|(?:pre-?)?shared[_-]?key|connection[_-]?string|signing[_-]?key|encryption[_-]?key|hmac|[_-]dsn$|^dsn$"
)
# `${Stack/LogicalId.Attribute}`: what it stands for is not in the template.
REFERENCE = re.compile(r"(\$\{[^{}]*\})")
RANDOM = re.compile(r"(?<![A-Za-z0-9+/_=.:-])[A-Za-z0-9+/_-]{24,}={0,2}(?![A-Za-z0-9+/_=.:-])")
# A name that only says where a secret is kept, or how it is dealt with.
HARMLESS_NAME = re.compile(
    r"(?i)(arn|name|id|url|uri|path|prefix|length|policy|ttl|seconds|minutes|hours|days|count|limit"
    r"|max|min|type|required|enabled|validity|expiry|rotation|version|alias|table|bucket|header"
    r"|endpoint|issuer|audience|file|units?|tokens|budget)s?$"
)
HARMLESS = re.compile(
    r"(?i)^(\{\{resolve:|\$\{|arn:|true$|false$|none$|null$|[\d.,_]+$|https?://[^@]*$|[a-z]+$)"
)
BITS, SHORTEST = 3.6, 24
# CDK ends a logical id with eight digits of a hash.
LOGICAL_ID = re.compile(r"(?<=[a-z])[0-9A-F]{8}(?=$|[-_/])")


def is_secret(value: str, *, named: bool = False) -> bool:
    """`named`: it is the value of something that is called a password, a token, a key."""
    if value.strip() == "" or value == MASK:
        return False
    if _is_known(value):
        return True
    if named:
        return not HARMLESS.search(value) and "${" not in value and len(value) >= 4
    inner = unwrapped(value)
    if inner != value:
        return is_secret(inner)
    return any(_is_random(each[0]) for each in RANDOM.finditer(REFERENCE.sub(" ", value)))


def _is_known(value: str) -> bool:
    """Does its shape, or what stands before it, say that it is a secret?"""
    return bool(
        SHAPES.search(value)
        or BEARER.search(value)
        or FLAG.search(value)
        or any(_url(each) for each in IN_URL.finditer(value))
        or any(_is_written(each) for each in WRITTEN.finditer(value))
    )


def is_random_only(value: str) -> bool:
    """Nothing but its randomness says that it is a secret."""
    value = unwrapped(value)
    text = RANDOM.sub("", value)
    return not is_secret(text) and not SHAPES.search(value)


def is_called_secret(name: str) -> bool:
    """A condition's key, such as `token.actions.githubusercontent.com:sub`, is what follows the
    colon, of what comes before it."""
    own = name.rpartition(":")[2]
    return bool(SECRET_NAME.search(own)) and not HARMLESS_NAME.search(own)


def masked(text: str) -> str:
    """The text without what looks like a secret in it. References are not: their names are ours."""
    parts = REFERENCE.split(text)
    return "".join(each if i % 2 else _masked(each) for i, each in enumerate(parts))


def _masked(text: str) -> str:
    text = ENCODED.sub(lambda each: MASK if is_secret(decoded(each[0])) else each[0], text)
    text = FLAG.sub(lambda each: each[0].replace(each[1], MASK), text)
    text = SHAPES.sub(MASK, text)
    text = BEARER.sub(lambda each: each[1] + MASK, text)
    text = IN_URL.sub(lambda each: f"{each[1]}:{MASK}" if _url(each) else each[0], text)
    text = ASSIGNED.sub(lambda each: each[1] + MASK if _assigned(each) else each[0], text)
    return RANDOM.sub(lambda each: MASK if _is_random(each[0]) else each[0], text)


def _url(found: re.Match[str]) -> bool:
    return not found[2].startswith(("${", "{{", MASK))


def _assigned(found: re.Match[str]) -> bool:
    value = found[2]
    return (
        not HARMLESS.search(value)
        and value != MASK
        and not value.startswith(("resolve:", ":", "AWS::"))
    )


def _is_written(found: re.Match[str]) -> bool:
    quoted, variable = found.groups()
    value = quoted or variable
    if HARMLESS.search(value) or value == MASK or "${" in value:
        return False
    return bool(quoted) or (any(map(str.isdigit, value)) and any(map(str.isalpha, value)))


def _is_random(text: str) -> bool:
    """Long, of mixed kinds of characters, and with more entropy than words have."""
    body = LOGICAL_ID.sub("", text.rstrip("="))
    if len(body) < SHORTEST:
        return False
    kinds = [any(map(test, body)) for test in (str.islower, str.isupper, str.isdigit)]
    if sum(kinds) < 3 or "/" in body[:1] or re.search(r"[A-Za-z]{14,}", body):
        return False
    if (
        re.fullmatch(r"[A-Za-z0-9]+(?:[-_/][A-Za-z0-9]+)+", body)
        and max(map(len, re.split("[-_/]", body))) < 16
    ):
        return False
    counts = Counter(body)
    entropy = -sum(n / len(body) * math.log2(n / len(body)) for n in counts.values())
    return entropy >= BITS
