"""What lives together: composition and grants, split by what must survive."""
