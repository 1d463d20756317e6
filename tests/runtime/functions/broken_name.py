from json import a_name_that_json_lacks  # noqa: F401


def handler(event, context): ...
