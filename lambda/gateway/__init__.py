"""The request path: what stands between a caller and Bedrock, standard library only."""
