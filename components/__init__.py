"""How one piece is made: a construct a file, keyword-only typed arguments, `grant_*` methods."""
