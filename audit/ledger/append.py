"""A deployment joins the ledger behind whatever is there, whoever else writes meanwhile."""

from dataclasses import replace

from audit.errors import AuditError
from audit.ledger.chain import head, live, read_chain
from audit.ledger.entry import Deployment, Entry
from audit.ledger.store import Store

# A deployment of one environment waits for the other; only several environments can meet.
ATTEMPTS = 20


def append(store: Store, deployment: Deployment) -> Entry:
    """The entry as written; its `before` is what the ledger says. Raises Tampered, AuditError."""
    for _ in range(ATTEMPTS):
        chain = read_chain(store.read())
        before = live(chain, deployment.environment)
        entry = Entry(len(chain) + 1, head(chain), replace(deployment, before=before))
        if store.create(entry.name, entry.content()):
            return entry
    raise AuditError(f"{ATTEMPTS} others wrote to the ledger first; append this one again")
