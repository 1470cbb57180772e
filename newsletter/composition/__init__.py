"""Sections → Issue; every editor's change is Issue → Issue. Pure.

What a person wrote is never taken back: composing again adds what is new and leaves the rest as it
stands.
"""

from newsletter.composition.drafts import as_before as as_before
from newsletter.composition.drafts import blank as blank
from newsletter.composition.drafts import coming_up as coming_up
from newsletter.composition.drafts import compose as compose
from newsletter.composition.drafts import due_on as due_on
from newsletter.composition.drafts import first_preheader as first_preheader
from newsletter.composition.drafts import with_words_before as with_words_before
from newsletter.composition.edits import HEADS as HEADS
from newsletter.composition.edits import find_changed_keys as find_changed_keys
from newsletter.composition.edits import flag_entry as flag_entry
from newsletter.composition.edits import in_order as in_order
from newsletter.composition.edits import move_entry as move_entry
from newsletter.composition.edits import neighbours as neighbours
from newsletter.composition.edits import once as once
from newsletter.composition.edits import reorder_entries as reorder_entries
from newsletter.composition.edits import replace_entries as replace_entries
from newsletter.composition.edits import replace_link as replace_link
from newsletter.composition.edits import stands_between as stands_between
from newsletter.composition.edits import texts_of as texts_of
from newsletter.composition.edits import with_entry as with_entry
from newsletter.composition.edits import with_pages_once as with_pages_once
from newsletter.composition.edits import with_text as with_text
from newsletter.composition.edits import withdrawn as withdrawn
from newsletter.composition.edits import without as without
from newsletter.composition.edits import without_section as without_section
