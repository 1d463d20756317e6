"""How the right to call models is cut into IAM policies: which calls share a guardrail, and fit.

The gate counts what the stacks build, so both read it here.
"""

from collections.abc import Iterator, Mapping, Sequence

from config.models import Target
from config.schema import Environment

# Characters that IAM allows in one managed policy, blanks not counted, and policies on one role.
MOST_CHARACTERS, MOST_POLICIES = 6_144, 10
# Held to the templates by tests/stacks/test_policy_size.py: a policy without its models.
AROUND = 900
# As long as the ids that Bedrock gives.
SOME_ID = "x" * 12

# One call: the key of `Environment.inference`, and which of its targets.
Call = tuple[str, int]


def calls(environment: Environment) -> Mapping[str, Sequence[Sequence[Call]]]:
    """Every call to a model that writes, by guardrail, a list for each policy that it takes."""
    guarded: dict[str, list[Call]] = {}
    for key, (alias, _, targets) in environment.inference.items():
        if name := environment.aliases[alias].guardrail:
            guarded.setdefault(name, []).extend((key, at) for at in range(len(targets)))
    return {name: list(_cut(environment, found)) for name, found in guarded.items()}


def size(target: Target) -> int:
    """About how many characters a target takes; rather too many than too few.

    Its profiles stand there twice, as what is called and as what leads to the model.
    """
    profile = len(f"arn:aws:bedrock:us-east-1:{SOME_ID}:application-inference-profile/{SOME_ID}")
    system = len(f"arn:aws:bedrock:us-east-1:{SOME_ID}:inference-profile/{target.id}")
    model = len(f"arn:aws:bedrock:us-east-1::foundation-model/{target.model.id}") + 3
    return 2 * (profile + system + 6) + len(target.destinations) * model


def _cut(environment: Environment, found: Sequence[Call]) -> Iterator[list[Call]]:
    batch: list[Call] = []
    room = MOST_CHARACTERS - AROUND
    for key, at in found:
        needed = size(environment.inference[key][2][at])
        if batch and needed > room:
            yield batch
            batch, room = [], MOST_CHARACTERS - AROUND
        batch.append((key, at))
        room -= needed
    yield batch
