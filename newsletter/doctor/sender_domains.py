"""The domains that a newsletter is sent under, as receivers look at them."""

from __future__ import annotations

from dataclasses import dataclass

THEM = "Gmail, Yahoo and Microsoft"


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderDomains:
    """Who our messages say they are from; all in A-labels."""

    sender: str  # of `from`
    envelope: str  # of the envelope sender, which SPF is looked up for
    signing: str = ""  # d= of our own DKIM signatures; empty: the mail server signs, or nobody
    keys: tuple[
        tuple[str, bytes | None], ...
    ] = ()  # selector, our public key (DER); None when its file cannot be read
