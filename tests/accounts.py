"""The accounts of the environments that tests look at: as their files say."""

from config.load import load_environment

DEV_ACCOUNT = load_environment("dev").account
PROD_ACCOUNT = load_environment("prod").account
