"""What is wrong with an issue before it goes: errors block sending, warnings do not.

The rules do no I/O.
"""

from newsletter.checks.context import CheckContext, EarlierIssue, LinkAnswer, LinkState
from newsletter.checks.runner import by_remedy, check_issue, links_to_try, rules

__all__ = [
    "CheckContext",
    "EarlierIssue",
    "LinkAnswer",
    "LinkState",
    "by_remedy",
    "check_issue",
    "links_to_try",
    "rules",
]
