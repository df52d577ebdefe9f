"""Why a message did not leave."""


class Unsent(Exception):
    """Not now: the other side is away, slow or asks to come back; worth another try."""


class Refused(Exception):
    """Never: the address or the message is not accepted; a person must look at it."""
