"""What was live before: the commit and digest that a rollback goes back to."""

from audit.ledger.chain import read_chain
from audit.ledger.entry import DEPLOYED, Deployment
from audit.ledger.store import Store
from operate.errors import OperateError


def previous(store: Store, environment: str) -> Deployment:
    """The last that went through. Raises Tampered, or OperateError where there is none."""
    for entry in reversed(read_chain(store.read())):
        done = entry.deployment
        if done.environment == environment and done.outcome == DEPLOYED:
            return done
    raise OperateError(f"the ledger knows no deployment of {environment} to go back to")
