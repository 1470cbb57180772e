"""Why an address could not be fetched: for good, or for now."""

from __future__ import annotations

from newsletter.sources.private_networks import plain_host


class PermanentFetchError(Exception):
    """Another try would end in the same way. The message is the sentence."""

    def __init__(self, message: str, *, inside_host: str = "") -> None:
        super().__init__(message)
        self.inside_host = inside_host


class TransientFetchError(Exception):
    """Another try may succeed, after `wait_s` where the server asks for it."""

    inside_host = ""

    def __init__(self, message: str, wait_s: float = 0.0) -> None:
        super().__init__(message)
        self.wait_s = wait_s


def build_inside_error(host: str) -> PermanentFetchError:
    """The error of an address inside one's own network, with its remedy."""
    return PermanentFetchError(
        f"{host} is inside your own network and was not asked; if it is meant, add it to fetch_from"
        " in newsletter.toml",
        inside_host=plain_host(host),
    )
