"""How to run the platform here: an AWS on loopback, with a real model answering."""
