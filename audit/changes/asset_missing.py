"""Assets that an assembly names and does not hold."""

from collections.abc import Iterator

from audit.change import Comparison, Hazard, on_environment


@on_environment(
    "asset-missing", category="access", fix="audit the whole cdk.out, with all of its assets"
)
def all_that_is_uploaded_is_there(compared: Comparison) -> Iterator[Hazard]:
    """What a deployment uploads is in the assembly that was audited."""
    known = {path for each in compared.base.templates.values() for path in each.lacks}
    for name, stack in compared.head.templates.items():
        if stack.lacks:
            new = [each for each in stack.lacks if each not in known]
            why = "it was not there to be read, so nobody knows what would be deployed"
            yield Hazard("high" if new else "low", None, new or [*stack.lacks], why, subject=name)
