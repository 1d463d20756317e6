"""Where a model may answer, read from its ARN."""

import re

FOUNDATION = re.compile(r"arn:[^:]*:bedrock:(?P<region>[^:]*)::foundation-model/")
GLOBAL = "global"


def regions(arn: str) -> set[str]:
    """`global` for a model anywhere; nothing for the stack's own region, or another resource."""
    if "inference-profile/global." in arn:
        return {GLOBAL}
    found = FOUNDATION.match(arn)
    if not found or found["region"] == "${AWS::Region}":
        return set()
    # AWS writes a model that a global profile reaches with an empty region.
    return {GLOBAL if "*" in found["region"] or not found["region"] else found["region"]}
