"""Resources that refused calls without TLS, and answer them now."""

from collections.abc import Iterator

from audit.change import Comparison, Hazard, on_environment
from audit.iam.guarded import guarded
from audit.iam.inclusion import Broadening, lifted
from audit.iam.said import said

KEYS = {"aws:securetransport", "s3:tlsversion"}


@on_environment(
    "plain-transport",
    category="exposure",
    fix="keep the statement that denies calls where aws:SecureTransport is false",
)
def calls_stay_encrypted(compared: Comparison) -> Iterator[Hazard]:
    """A resource whose policy refused unencrypted calls, or old TLS, still does."""
    after = guarded(compared.head)
    for target, old in guarded(compared.base, compared.pairs).items():
        if target in after or target in compared.head.resources:
            new = after.get(target)
            for each in lifted(old.statements, new.statements if new else []):
                if _is_about_transport(each):
                    source = new.source if new else old.source
                    why = "what is said can be read on the way"
                    yield Hazard("critical", *said(each), why, subject=source)


def _is_about_transport(found: Broadening) -> bool:
    statements = (found.statement, *found.before)
    return any(test.key in KEYS for each in statements for test in each.tests)
