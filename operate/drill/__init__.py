"""Whether what is kept can be brought back: restored beside the original, compared, removed."""
