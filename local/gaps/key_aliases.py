"""Closes a gap beyond local-cloud.md: a KMS key called by its alias is checked as that key.

AWS has no permission on an alias to call the key behind it; MiniStack asks for one, so that a role
that may use a key may not use it by its alias.
"""

from typing import Any

from ministack.core import iam_actions
from ministack.services import kms


def close() -> None:
    """Let IAM be asked about the key; an alias that leads nowhere is still refused as itself."""
    extract = iam_actions.extract_resource_arn

    def extract_resource_arn(service: str, *request: Any) -> str:
        arn: str = extract(service, *request)
        if service != "kms" or ":alias/" not in arn:
            return arn
        key = kms._resolve_key(arn)
        return str(key["Arn"]) if key else arn

    iam_actions.extract_resource_arn = extract_resource_arn
