"""Network policies of OpenSearch Serverless, which have a grammar of their own."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.template import Json

NETWORK = "AWS::OpenSearchServerless::SecurityPolicy"


@on_change(
    "collection-public",
    category="exposure",
    on=NETWORK,
    fix="set AllowFromPublic to false and name the VPC endpoints",
)
def collections_stay_private(change: Change) -> Iterator[Hazard]:
    """No collection is opened to the internet."""
    if _public(change.now("Policy")) and not _public(change.was("Policy")):
        yield Hazard(
            "critical",
            change.was("Policy"),
            change.now("Policy"),
            "the collection can be reached from the internet",
        )


def _public(policy: Json) -> bool:
    return isinstance(policy, str) and '"AllowFromPublic":true' in "".join(policy.split())
