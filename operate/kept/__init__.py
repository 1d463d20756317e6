"""What an environment has in its account, also after it was destroyed."""
