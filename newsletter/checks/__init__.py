"""What is wrong with an issue before it goes: errors block sending, warnings do not. The rules do no I/O."""

from newsletter.checks.checking import check_issue, rules
from newsletter.checks.context import Context, EarlierIssue, LinkAnswer, LinkState

__all__ = ["Context", "EarlierIssue", "LinkAnswer", "LinkState", "check_issue", "rules"]
