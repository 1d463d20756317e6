"""Resources that their own policy opens to the whole world."""

from collections.abc import Iterator

from audit.change import Comparison, Hazard, on_environment
from audit.iam.gravity import is_open, once_if_open
from audit.iam.guarded import guarded
from audit.iam.inclusion import DENY, broadenings
from audit.iam.said import said

# Everyone inside the VPC is who a gateway to a service is for.
ENDPOINT = "AWS::EC2::VPCEndpoint"


@on_environment(
    "policy-public",
    category="exposure",
    fix="name the principals, or let in only what comes from your organization or network",
)
def no_policy_admits_the_world(compared: Comparison) -> Iterator[Hazard]:
    """No resource's policy newly admits anyone at all."""
    before = guarded(compared.base, compared.pairs)
    for target, new in guarded(compared.head).items():
        old = before.get(target)
        found = broadenings(old.statements if old else [], new.statements)
        for each in once_if_open(found):
            if each.cause != DENY and is_open(each) and new.source.type != ENDPOINT:
                why = "anyone may use it, without an account of yours"
                yield Hazard("critical", *said(each), why, subject=new.source)
