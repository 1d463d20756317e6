"""Can an account serve an environment's models? Asked before a deployment; changes nothing."""
