"""What we want: every environment and every model as data, and the types that judge it."""
