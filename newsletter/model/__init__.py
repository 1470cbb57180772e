"""The nouns of the program: frozen values that the stages hand to each other.

Nothing here does I/O or knows how a value is stored, fetched or shown. Instants are aware UTC
datetimes and end in `_at`; days are dates and end in `_on`. Texts from sources are already plain
text or sanitised HTML.
"""

from newsletter.model.entries import Dated as Dated
from newsletter.model.entries import Entry as Entry
from newsletter.model.entries import Event as Event
from newsletter.model.entries import Flag as Flag
from newsletter.model.entries import Grant as Grant
from newsletter.model.entries import Ids as Ids
from newsletter.model.entries import Precision as Precision
from newsletter.model.entries import Trial as Trial
from newsletter.model.entries import TrialStatus as TrialStatus
from newsletter.model.issues import TO_SORT as TO_SORT
from newsletter.model.issues import Finding as Finding
from newsletter.model.issues import Fix as Fix
from newsletter.model.issues import Issue as Issue
from newsletter.model.issues import RenderedIssue as RenderedIssue
from newsletter.model.issues import Section as Section
from newsletter.model.issues import SectionStyle as SectionStyle
from newsletter.model.issues import Severity as Severity
from newsletter.model.issues import Variant as Variant
from newsletter.model.issues import section_title as section_title
from newsletter.model.people import Delivery as Delivery
from newsletter.model.people import DeliveryStatus as DeliveryStatus
from newsletter.model.people import Subscriber as Subscriber
from newsletter.model.people import SubscriberState as SubscriberState
from newsletter.model.selections import Choice as Choice
from newsletter.model.selections import Decision as Decision
from newsletter.model.selections import EntryState as EntryState
from newsletter.model.selections import LeftOut as LeftOut
from newsletter.model.selections import Reason as Reason
from newsletter.model.selections import Selection as Selection
from newsletter.model.selections import Verdict as Verdict
from newsletter.model.sources import MAX_DOCUMENT_BYTES as MAX_DOCUMENT_BYTES
from newsletter.model.sources import Document as Document
from newsletter.model.sources import ParsedDocument as ParsedDocument
from newsletter.model.sources import Source as Source
from newsletter.model.sources import SourceKind as SourceKind
from newsletter.model.sources import SourceResult as SourceResult
