"""The one error of this package: it ends a command, with a message that says what to do."""


class OperateError(Exception):
    """What is wrong, what was given, what would be right; the command exits with 2."""
