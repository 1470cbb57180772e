"""When two entries are one thing: identifiers in canonical form, cleaned addresses, and at last title and year. Pure.

`identifiers` and `addresses` bring names into one form, `matching` says which entries share one, and `merging`
makes one entry of two.
"""

from newsletter.identity.addresses import address_key, clean_url
from newsletter.identity.identifiers import clean_doi, ids_in, is_preprint_doi, unversioned_doi
from newsletter.identity.keys import key_of

__all__ = [
    "address_key",
    "clean_doi",
    "clean_url",
    "ids_in",
    "is_preprint_doi",
    "key_of",
    "unversioned_doi",
]
