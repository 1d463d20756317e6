"""The API keys of an environment's tenants: issued, rotated, revoked, listed; never read back."""
