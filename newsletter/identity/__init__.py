"""When two entries are one thing.

Identifiers in canonical form, cleaned addresses, and at last title and year. Pure.

`identifiers` and `formats.urls` bring names into one form, `keys` chooses the one that files and
people use, `matching` says which entries are one thing, and `merging` makes one entry of two.
"""

from newsletter.formats.urls import address_key, clean_url
from newsletter.identity.identifiers import clean_doi, ids_in, is_preprint_doi, strip_doi_version
from newsletter.identity.keys import entry_of_key, key_of, series_of
from newsletter.identity.matching import WEAK, Index, aliases_of, are_different, is_preprint
from newsletter.identity.merging import Merged, merge, merge_entries

__all__ = [
    "WEAK",
    "Index",
    "Merged",
    "address_key",
    "aliases_of",
    "are_different",
    "clean_doi",
    "clean_url",
    "entry_of_key",
    "ids_in",
    "is_preprint",
    "is_preprint_doi",
    "key_of",
    "merge",
    "merge_entries",
    "series_of",
    "strip_doi_version",
]
