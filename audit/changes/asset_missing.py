"""Assets that an assembly names and does not hold."""

from collections.abc import Iterator

from audit.change import Comparison, Hazard, on_environment
from audit.unseen import unseen


@on_environment(
    "asset-missing", category="access", fix="audit the whole cdk.out, with all of its assets"
)
def all_that_is_uploaded_is_there(compared: Comparison) -> Iterator[Hazard]:
    """What a deployment uploads is in the assembly that was audited."""
    why = "it was not there to be read, so nobody knows what would be deployed"
    yield from unseen(compared, lambda template: template.lacks, "high", why)
