"""Is this template allowed? Rules about Bedrock platforms, for templates of any origin."""
