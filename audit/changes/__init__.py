"""What a change may not do unseen: one rule a file, each with its sentence."""
