"""What ends an audit before it has an answer: no verdict is ever given on what was not read."""


class AuditError(Exception):
    """Caught once, in `python -m audit`: the exit status is 2."""


class Unreadable(AuditError):
    """Something given is not what it should be: a template, an assembly, a file of waivers."""


# What comes of a value of a shape that nobody thought of, and that CloudFormation itself refuses.
# A rule that ends so has a finding.
ODD = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
