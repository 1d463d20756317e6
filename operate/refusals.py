"""What a command says when AWS refuses it: the code and the remedy, never AWS's own words."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from operate.errors import OperateError


@contextmanager
def explained(action: str, *, howto: str, stack: str) -> Iterator[None]:
    """Raises OperateError for what AWS refuses: its own words may hold what was sent to it.

    `howto` lists the permissions that are needed, `stack` makes what the action looks for.
    """
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        remedy = _remedy(code, howto, stack)
        raise OperateError(f"AWS refused {action} with {code}; {remedy}") from None
    except BotoCoreError as error:
        raise OperateError(f"{action} did not reach AWS: {error}") from None


def _remedy(code: str, howto: str, stack: str) -> str:
    # ValidationError is what CloudFormation calls no such stack; 404 is S3's, without a body.
    if "NotFound" in code or code in ("ValidationError", "NoSuchBucket", "404"):
        return f"deploy the environment's {stack} first"
    if "Throttl" in code:
        return "ask again later: the account's quota is used up"
    return f"{howto} lists the permissions that these commands need"
