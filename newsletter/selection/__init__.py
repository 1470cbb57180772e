"""Which entries are new, and for each left out: why. Pure.

*New* is more than a date. An entry is offered when it is dated after the last issue or was first
seen after it, and no issue carried it and no editor dropped it. The rules of each kind stand in
`entry_rules`; each answers with a code that a program can act on, and a sentence that a person can
read.

Dates are compared by what they surely tell. A month counts as after the last issue when any day of
it may be, a year likewise: what is offered once too early is remembered as carried, what is missed
is lost.
"""

from newsletter.selection.criteria import Propose as Propose
from newsletter.selection.criteria import SelectionCriteria as SelectionCriteria
from newsletter.selection.criteria import SelectionHistory as SelectionHistory
from newsletter.selection.criteria import build_history as build_history
from newsletter.selection.entry_rules import describe_before_window as describe_before_window
from newsletter.selection.entry_rules import printing_order as printing_order
from newsletter.selection.entry_rules import select as select
