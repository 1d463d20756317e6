"""What the workflows call: their steps, in Python, so that they are tested and run anywhere."""
