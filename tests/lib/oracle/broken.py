"""The one error of the oracle: bytes from outside do not follow the protocol."""


class Broken(Exception):
    pass


def need(condition, reason):
    """Refuse unless the condition holds."""
    if not condition:
        raise Broken(reason)
