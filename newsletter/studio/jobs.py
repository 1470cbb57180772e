"""Work that goes on while pages come and go.

It runs in a thread, and whoever asks hears all that was said of it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from newsletter import safe_traceback
from newsletter.errors import NewsletterError

LOG = logging.getLogger(__name__)
LOG.addFilter(safe_traceback.redact_traceback)


@dataclass
class BackgroundJob:
    """One piece of work at a time, with everything it has said."""

    events: list[dict[str, Any]] = field(default_factory=list)
    is_running: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, work: Callable[[Callable[[dict[str, Any]], None]], None]) -> bool:
        """Run `work(tell)` in a thread; False when something is running already."""
        with self._lock:
            if self.is_running:
                return False
            self.is_running = True
            self.events = []
        threading.Thread(target=self._run, args=(work,), daemon=True).start()
        return True

    def _run(self, work: Callable[[Callable[[dict[str, Any]], None]], None]) -> None:
        events = self.events
        try:
            work(events.append)
        except NewsletterError as error:
            events.append({"error": str(error)})
        except Exception:
            LOG.exception("work in the background failed")
            events.append(
                {
                    "error": (
                        "This went wrong in a way nobody has thought of. The terminal tells more."
                    )
                }
            )
        finally:
            self.is_running = False
