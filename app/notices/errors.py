"""Why a message did not leave."""


class Unsent(Exception):
    """Not now: the other side is away, slow or asks to come back; worth another try."""


class GatewayAway(Unsent):
    """Not reached, silent or closing: nothing was said about this message, and the next would fare no better."""


class Refused(Exception):
    """Never: the address or the message is not accepted; a person must look at it."""
