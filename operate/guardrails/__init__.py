"""Guardrails as they are deployed: which version runs, and how well it keeps its promises."""
