"""Define every environment's platform; which of them is deployed is said to the CDK CLI."""

from aws_cdk import App

from config.load import environment_names, load_accepted, load_environment
from stacks.platform import Platform

app = App()
for name in environment_names():
    Platform(app, load_environment(name), load_accepted())
app.synth()
