"""Whether words are the name of a journal."""

from __future__ import annotations

import re

_JOURNAL_WORD = re.compile(
    r"""
        (?:
            j | journal | clin | clinical | cancers? | res | research | oncol\w* | ann | annals?
          | lancet | nature | nat | eur\w* | br | brit\w* | int | international | am | american
          | curr | current | treat | treatment | options | front | frontiers | med | medicine
          | medical | surg\w* | gynecol\w* | gynaecol\w* | pathol\w* | mod | modern | hum
          | human | genes | chromosomes | genet\w* | mol | molecular | cell | cells | biol\w*
          | chem\w* | ther | therap\w* | sci | science | sciences | rep | reports? | plos | one
          | bmc | bmj | jama | nejm | n | engl | england | new | pnas | proc | proceedings
          | natl | acad | letters? | lett | reviews? | rev | expert | opin | opinion | drugs?
          | invest\w* | target\w* | insights? | sarcoma | oncologist | pharm\w* | radiol\w*
          | radiat\w* | phys | imaging | nuclear | nucl | case | cases | communications | commun
          | advances | adv | cureus | haematol\w* | hematol\w* | crit | critical | transl\w*
          | exp | experimental | arch | archives | obstet\w* | obstetrics | diagn\w*
          | diagnostics | blood | elife | mdpi | jco | bjs | npj | basel | baltimore | magn
          | reson | precision | precis | educational | book | asco | north | america | nbk
          | statpearls | clinics | practice | pract | virchows | histopathology | biomark\w*
          | epidemiol\w* | support\w* | care | pediatr\w* | paediatr\w* | orthop\w* | bone
          | joint | mechanisms | translational | discovery | discov | and | of | the | in | for
          | & | et | de | la | y | open | online | network | global | world | asian | asia
          | chin\w* | jpn | japanese | african | indian | ital\w* | abstracts? | meeting
          | annual | suppl\w* | supplement | cancer/radiothérapie | tumou?rs? | neoplas\w*
          | disease | diseases | dis | rare | orphanet | virology | immunol\w* | immunother\w*
          | immunity | omics | bioinformatics | brief | dermatol\w* | vasc\w* | thorac\w*
          | urol\w* | hepatol\w* | gastro\w* | cardio\w* | surgeons | royal | college | society
          | jci | insight | star | protocols | ebiomedicine | nih | national | library
          | biotechnol\w* | technol\w* | ecancermedicalscience | medrxiv | biorxiv | ssrn
          | preprint | revista | medicina | cirugía | oncología | española | clínica
        )\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NOT_OF_A_JOURNAL = re.compile(
    r"""
          \([^()]{0,40}\)
        | \b(?:no|vol|pp?|suppl?)\b\.? | \b\d+_?suppl\S*
        | \b(?:19|20)\d\d\b | \b[a-z]+\d+\b | \b\d+\b
        | ^in:?\s
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Volume, pages, year and “In:”, which stand with a journal's name."""
_JOURNAL_FILLER = frozenset(
    ["and", "of", "the", "in", "for", "&", "et", "de", "la", "y", "n", "new"]
)


def is_journal(text: str) -> bool:
    """Whether a text is the name of a journal, with or without year and article number."""
    bare = _NOT_OF_A_JOURNAL.sub(" ", text.strip(" .,;:|–-"))
    words = [word.strip(".,:;|–-") for word in re.split(r"[\s/]+", bare)]
    words = [word for word in words if word]
    strong = [word for word in words if word.casefold() not in _JOURNAL_FILLER]
    return (
        bool(strong)
        and len(words) <= 10
        and all(
            _JOURNAL_WORD.match(word)
            and (word[:1].isupper() or word in _JOURNAL_FILLER or word[:1] == "e")
            for word in words
        )
    )
