"""The pack: one rule a file, named like the rule."""
