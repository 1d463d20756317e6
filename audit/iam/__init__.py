"""Does one set of IAM statements allow more than another? Answered without asking AWS."""
