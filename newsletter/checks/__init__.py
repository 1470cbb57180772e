"""What is wrong with an issue before it goes: errors block sending, warnings do not. The rules do no I/O."""

from newsletter.checks.context import Context, EarlierIssue, LinkAnswer, LinkState
from newsletter.checks.linkcheck import Getter, Reply, check_links
from newsletter.checks.runner import by_remedy, check_issue, links_to_try, rules

__all__ = [
    "Context",
    "EarlierIssue",
    "Getter",
    "LinkAnswer",
    "LinkState",
    "Reply",
    "by_remedy",
    "check_issue",
    "check_links",
    "links_to_try",
    "rules",
]
