"""How large a mail may be."""

from __future__ import annotations

GMAIL_CLIP_BYTES = 102 * 1024
"""Gmail hides what follows behind “[Message clipped]”, the unsubscribe link with it."""

MAX_HTML_BYTES = 100_000
"""What we aim at: the rest is room for the placeholders, which become longer addresses."""
