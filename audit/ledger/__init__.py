"""Who let what into an environment, and on what evidence: a log of deployments that only grows."""
