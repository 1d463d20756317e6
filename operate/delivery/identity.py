"""A workflow in a role of an environment: its token is exchanged anew for every command."""

import json
import os
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkstemp

from config.schema import Environment
from operate.errors import OperateError

AUDIENCE = "sts.amazonaws.com"
# The names of stacks/delivery.py: one may deploy, the other may look.
ROLES = ("deploy", "drift")
SECONDS = 30.0


def identity(environment: Environment, role: str, token: Path) -> dict[str, str]:
    """The variables by which boto3 and the CDK CLI assume the role, and where its ledger is."""
    name, account, region = environment.name, environment.account, environment.region
    return {
        "AWS_ROLE_ARN": f"arn:aws:iam::{account}:role/strata-{name}-{role}",
        "AUDIT_LEDGER": f"s3://strata-{name}-ledger-{account}-{region}",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(token),
        "AWS_ROLE_SESSION_NAME": f"{role}-{name}",
        "AWS_REGION": region,
    }


def write_token(variables: Mapping[str, str] = os.environ) -> Path:
    """GitHub's token for this job, which lives for minutes, in a file of this user alone.

    https://docs.github.com/en/actions/reference/security/oidc
    """
    try:
        url = f"{variables['ACTIONS_ID_TOKEN_REQUEST_URL']}&audience={AUDIENCE}"
        bearer = variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
    except KeyError as error:
        raise OperateError(f"{error} is not set: the job needs `id-token: write`") from None
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {bearer}"})
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as reply:
            value: str = json.loads(reply.read())["value"]
    except (OSError, ValueError, KeyError) as error:
        raise OperateError(f"GitHub gave no token: {type(error).__name__}") from None
    descriptor, name = mkstemp(prefix="token-")
    with os.fdopen(descriptor, "w") as file:
        file.write(value)
    return Path(name)
