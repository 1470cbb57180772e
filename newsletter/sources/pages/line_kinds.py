"""What kind of wording a line is.

Frame of a page, heading, running prose, remark, or words that may be a title.

The judgements here look at one text alone; what its neighbours tell is `grouping`'s part.
"""

from __future__ import annotations

import re

from newsletter.sources.pages import vocabulary

_ENDINGS = re.compile(
    r"""
        (?:
            (?<!l)(?<!th)omas? | osis | itis | tions? | sions? | (?<!cle)ments? | ities | ology
          | ologists? | ological | ectomy | therap(?:y|ies) | plasty | scopy | graphy | mab
          | [mt]inib | [cl]ib | ostat | platin | taxel | rubicin | bulin | emia | pathy | genic
          | genesis | ism | ships? | ious | ative | ively | ability | ational | atory | ized
          | ised | based | specific | related | [ion]ally
        )\Z
    """,
    re.VERBOSE,
)
_EDGES = " .,;:!?()[]{}\"'“”‘’«»*–—-|/"
_TOKEN = re.compile(r"[^\W_]+(?:[-’'/&.][^\W_]+)*")


def is_ordinary_word(word: str) -> bool:
    """Whether a word belongs to the field or to grammar, and so to no person's name."""
    bare = word.strip(_EDGES).casefold()
    return (
        bare in vocabulary.FUNCTION
        or bare in vocabulary.FIELD
        or (len(bare) > 5 and bool(_ENDINGS.search(bare)))
    )


_CHROME = re.compile(
    r"""
        (?:
            author\ (?:information|affiliations?)(?:\ and\ affiliations)? | affiliations?
          | go\ to | last\ (?:updated?|modified|reviewed) | (?:page\ )?last\ updated
          | updated\ on | cite\ (?:this\ )?(?:article|page) | how\ to\ cite | share(?:\ this)?
          | print | back\ to\ (?:top|list)
          | (?:read|learn|show|see|view|load|find\ out)\ (?:more|less|all) | continue\ reading
          | click\ here | here | home | menu | search | skip\ to\ .{0,30} | copyright | ©
          | \(c\)\ ?(?:19|20)\d\d | all\ rights\ reserved | privacy(?:\ policy)?
          | terms\ (?:of|and)\ .{0,30} | follow\ us | subscribe | sign\ (?:up|in)
          | log\ ?(?:in|out) | donate(?:\ now)? | contact(?:\ us)? | about(?:\ us)?
          | our\ mission | abstract | full[ -]text(?:\ links?)? | free\ (?:pmc\ )?article
          | pmc\ disclaimer | disclaimer | similar\ articles | related\ articles | cited\ by
          | references | permalink | download(?:\ (?:the\ )?pdf)? | pdf | html | export | save
          | email | tweet | facebook | twitter | linkedin | instagram | youtube | previous
          | next | older\ posts | newer\ posts | page\ \d+(?:\ of\ \d+)? | posted\ (?:in|by|on)
          | tags? | categor(?:y|ies) | filed\ under | leave\ a\ (?:reply|comment)
          | \d+\ comments? | no\ comments | powered\ by | accept(?:\ all)?(?:\ cookies)?
          | conflicts?\ of\ interest.{0,60} | supplementary\ (?:materials?|information)
          | keywords? | altmetric | metrics | citations? | views | open\ access | advertisement
          | loading | close | open | translate | table\ of\ contents | contents | en\ español
          | español | first\ page\ preview | pubmed | crossref | google\ scholar
          | view\ (?:at\ publisher|in\ pubmed|article) | in: | volver(?:\ arriba)? | leer\ más
          | compartir | inicio | contacto | última\ actualización | información\ del\ autor
          | citar\ este\ artículo
        )(?P<rest>.{0,120})\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CHROME_REST = re.compile(r"[\s:.|»›>…!→-]*\Z|\s*[:|©-].*\Z|\s+(?:19|20)\d\d\b.*\Z|\s[\w ]{1,20}\Z")
_CHROME_FREE_REST = re.compile(
    r"""
        (?:
            last[ ] | (?:page\ )?last\ updated | updated\ on | copyright | © | posted[ ] | tags?
          | categor | filed | powered | keywords? | última
        )
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_chrome(text: str) -> bool:
    """Whether a line frames a page: “Go to:”, “Author Information”, “Last Update: …”."""
    match = _CHROME.match(text.strip(" •|»›>"))
    if re.match(r"\W*(?:posted|publicado)\b.*\d{4}", text, re.IGNORECASE):
        return False
    if len(text) < 200 and _is_menu(text):
        return True
    if not match:
        return False
    rest = match["rest"]
    if re.match(r"[\s:.|»›>…!→-]*\Z", rest):
        return True
    free = _CHROME_FREE_REST.match(text.strip())
    return bool(free) and bool(re.match(r"\s*[:\s|]", rest))


def _is_menu(text: str) -> bool:
    """“Home | About | Donate”: several short parts, one of them of the frame."""
    parts = [part.strip() for part in re.split(r"[|•·›»]", text)]
    return len(parts) > 2 and sum(
        bool(part) and _CHROME.match(part) is not None for part in parts
    ) * 2 >= len(parts)


_BADGE = re.compile(
    r"""
        \(?\b(?:
            cite\ this\ article | click\ here
          | read\ (?:more|the\ (?:full\ )?(?:article|paper|study)) | learn\ more
          | full[ -]text(?:\ links?)? | free\ (?:pmc\ )?article | free\ full\ text
          | view\ (?:article|pdf|abstract) | download\ pdf | article\ pdf | open\ access
          | google\ scholar | crossref | see\ more
          | watch\ (?:here|now|the\ (?:video|recording)) | register\ (?:here|now) | leer\ más
          | link\ to\ (?:the\ )?(?:article|paper|study|abstract)
        )\b\)?[.:!»›→]*
    """,
    re.IGNORECASE | re.VERBOSE,
)


def without_badges(text: str) -> str:
    """A text without the buttons that were copied with it: “Cite this article”, “Click here”."""
    return _BADGE.sub("  ", text)


_GENERIC_LINK = re.compile(
    r"""
        (?:
            (?:
                click | tap | see | find | read | view | watch | get | open | go | visit
              | download | register | apply | access | listen
            )\b.{0,40}
          | here | link | this\ link
          | (?:link\ to\ )?(?:the\ )?
            (?:full\ |complete\ |original\ |free\ |pubmed\ |pmc\ |journal\ )*(?:
                article | abstract | text | paper | publication | study | pdf | video
              | recording | summary | citation | report | slides | source | website | web\ site
              | site | page | press\ release | presentation | details | information | more
            )s?
          | pubmed(?:\ (?:link|abstract|\d+))? | pmc\d* | doi.{0,80} | pmid.{0,20} | nct\d{8}
          | web | aquí | enlace | leer\ más | ver.{0,20} | https?:.* | www\..* | 10\.\d{4,9}/.*
          | more | more\ info(?:rmation)? | learn\ more.{0,30} | continue\ reading.{0,80}
          | clinicaltrials\.gov.{0,20} | [\d\W]+
        )[\s.:»›→…]*\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_generic_link(words: str) -> bool:
    """Whether a link's words name no thing: “click here”, “PubMed”, “Full text”, a bare address."""
    return bool(_GENERIC_LINK.match(words.strip(_EDGES))) or (
        is_label(words) and len(words.split()) <= 4
    )


_LABEL = re.compile(
    r"""
        (?:
            the[ ] | a[ ] | here\ is\ the[ ] | link\ to\ (?:the\ )? | watch\ (?:the\ )?
          | read\ (?:the\ )? | see\ (?:the\ )? | find\ (?:the\ )? | view\ (?:the\ )?
          | download\ (?:the\ )? | el[ ] | la[ ]
        )?(?:
            brief[ ] | short[ ] | full[ ] | complete[ ] | entire[ ] | original[ ] | lay[ ]
          | plain[- ]language[ ] | video[ ] | press[ ] | journal[ ] | research[ ] | published[ ]
          | recorded[ ] | free[ ]
        )*(?:
            summary | abstract | publication | article | paper | text | video | recording
          | webinar\ recording | slides? | link | links | pdf | source | website
          | more\ information | more\ info | details | full[ -]text | doi | pubmed | pmid
          | press\ release | registration | register | available\ (?:at|from|here|online) | url
          | resumen | artículo | enlace | vídeo | reference | citation | study
          | trial\ information | podcast | replay
        )\b[^.?!]{0,60}\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_label(text: str) -> bool:
    """Whether a text only says what the link behind it is: “Summary of the research update:”."""
    bare = text.strip(_EDGES)
    words = len(bare.split())
    introduces = text.rstrip().endswith((":", "–", "-", "→"))
    return bool(_LABEL.match(bare)) and words <= (7 if introduces else 4)


_REMARK = re.compile(
    r"""
        (?:
            \(?\s*(?:please\ )?(?:
                n\.?b\.? | note | nota | notes? | remark | editor[’']s\ note | disclaimer
              | correspondence | funding | source | credit | photo
            )\s*:
          | (?:
                this | these | the\ above | the\ following | here\ (?:is|are) | hosted\ by
              | funded\ by | supported\ by | sponsored\ by | presented\ (?:by|at)
              | thanks?\ (?:you\ )?to | special\ thanks | courtesy\ of | moderated\ by
              | research\ (?:done|funded|supported) | nlmsf[- ](?:funded|supported)
              | (?:partially\ |co-)?(?:funded|supported)\ by | este\ (?:estudio|trabajo)
              | conclusions?\ of | find\ all | for\ (?:more|further)\ (?:information|details)
              | to\ (?:learn|read|register|apply|view|watch) | please | if\ you | we[ ] | our[ ]
              | read[ ] | learn[ ] | click[ ] | join\ us | register[ ]
            )\b
        )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_VERB = re.compile(
    r"""
        \b(?:
            was | were | will | has\ been | have\ been | had | we | our | you | your | they
          | there | i | it\ is | is\ being | are\ being | can\ be | may\ be | should\ be
          | continues | continue | remains | is\ (?:a|an|the|dedicated|accepting|based)
          | are\ (?:a|an|the|many|not) | led\ to
          | this\ (?:activity|article|study|research|review|paper) | se\ ha | fue | fueron
          | han\ sido
        )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SENTENCE_END = re.compile(r"(?<![A-Z])(?<!\bvs)(?<!\bDr)(?<!\bal)[.!?]\s+(?=[A-ZÁÉÍÓÚ“\"¿])")
_STATEMENT = re.compile(
    r"""
        (?:
            introduction | background | methods? | results? | conclusions? | objectives?
          | purpose | importance | design | findings | aims? | resumen | antecedentes | métodos
          | resultados | objetivos?
        )\s*:
    """,
    re.IGNORECASE | re.VERBOSE,
)
_INSTRUCTION = re.compile(
    r"""
        (?:
            identify | outline | summarize | explain | describe | discuss | review | list
          | recognize | determine | compare | apply | assess | understand | implement | evaluate
          | define | interpret | select | differentiate
        )\s+[a-z].*\.\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_remark(text: str) -> bool:
    """Whether a text is about an entry and names none: “NOTE: …”, “Hosted by …”."""
    return bool(_REMARK.match(text.strip(" *–—-")))


def has_verb(text: str) -> bool:
    """Whether a text has a verb of running prose in it: was, were, we, your …"""
    return bool(_VERB.search(text))


def is_prose(text: str) -> bool:
    """Whether a text is running prose: an abstract, an introduction, a learning objective."""
    bare = text.strip()
    if _INSTRUCTION.match(bare) or (_STATEMENT.match(bare) and len(bare.split()) > 8):
        return True
    words = len(bare.split())
    sentences = len(_SENTENCE_END.findall(bare)) + 1
    ended = bare.endswith((".", "!", ";"))
    if words > 60 or (sentences > 2 and words > 25):
        return True
    verb = bool(_VERB.search(bare))
    return (
        (verb and ended and words > 7)
        or (verb and words > 25)
        or (sentences > 1 and ended and words > 20 and verb)
    )


_FLOURISH = re.compile(r"[-–—:*_=~»>|]+\s*\Z")
_SLOGAN = re.compile(
    r"""
          \b(?:
              empower\w* | together | hope | cure | join\ us | help\ (?:us|fund|save|shape)
            | donate | thank\ you | welcome | our\ mission | your | we\ (?:are|can|will)
            | find\ a\ cure | make\ a\ difference | support\ (?:us|our) | congratulations
            | proud | stay\ (?:connected|informed) | sign\ up | newsletter | subscribe
            | follow\ us | click | brought\ to\ you | dedicated\ to | making\ a\ difference
            | copyright | juntos | gracias | nuestr[oa]s? | acompañar | misión
          )\b
        | \s/\s.*\s/\s | !\s*\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_heading(text: str) -> bool:
    """Whether a text is surely a heading.

    Few words, all of them of headings, or a flourish at its end.
    """
    bare = text.strip(_EDGES)
    words = [word.casefold() for word in _TOKEN.findall(bare)]
    if not words:
        return True
    known = sum(word in vocabulary.HEADING or word.isdigit() for word in words)
    if len(words) <= 8 and known == len(words):
        return True
    if len(words) <= 6 and bare.isupper():
        return True
    return len(words) <= 7 and bool(_FLOURISH.search(text)) and not text.rstrip().endswith("|")


def is_greeting(text: str) -> bool:
    """Whether a line greets or thanks: it heads what follows."""
    return bool(
        re.match(
            r"\W*(?:congratulations|felicitaciones|welcome to|bienvenid|thank you)",
            text,
            re.IGNORECASE,
        )
    )


def is_slogan(text: str) -> bool:
    """Whether a text courts the reader: a motto, an appeal, congratulations."""
    return bool(_SLOGAN.search(text))


_TOPIC = re.compile(
    r"""
          sarcom | myoma | \blms\b | tumou?r | cancer | carcin | oncolog | uter | chemo | therap
        | trial\b | phase\b | patient | metasta | genom | mutation | express | inhibit
        | receptor | molecul | biomark | immun | surg | resect | radi(?:ation|other) | clinic
        | diagnos | prognos | surviv | treat | \bcells?\b | protein | kinase | pathway | \bdna\b
        | \brna\b | \w(?:mab|nib|bicin|tedin|bulin)\b | ensayo | tratamiento | pacientes
        | cáncer
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CALL = re.compile(
    r"""
        \b(?:
            RFP | RFA | request\ for\ (?:proposals|applications)
          | call\ for\ (?:\S+\ ){0,5}(?:proposals|applications|abstracts|submissions)
          | letters?\ of\ intent | funding\ opportunit(?:y|ies)
          | grant\ (?:applications?|opportunit(?:y|ies)|program|announcement)
          | notice\ of\ funding | convocatoria | notice\ of\ special\ interest | seed\ grants?
        )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TALK = re.compile(
    r"""
        \b(?:
            presentation | webinar | video | recording | podcast | lecture | talk | symposium
          | session | panel | interview | youtube
        )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_call(text: str) -> bool:
    """Whether a text calls for proposals or applications."""
    return bool(_CALL.search(text))


def is_talk(text: str) -> bool:
    """Whether a text names a webinar, talk or recording: a speaker may stand before it."""
    return bool(_TALK.search(text))


_ANNOUNCED_TALK = re.compile(
    r"(?:webinar|video|podcast|recording|symposium|panel discussion|live)\b[^:]{0,30}:\s",
    re.IGNORECASE,
)


def looks_like_title(text: str) -> bool:
    """Whether words without any date, link or author beside them read like the title of a paper."""
    words = _TOKEN.findall(text)
    if (
        len(words) < (4 if _ANNOUNCED_TALK.match(text) else 5)
        or len(words) > 50
        or is_slogan(text)
        or is_prose(text)
        or is_remark(text)
        or is_heading(text)
    ):
        return False
    score = (
        2 * (len(words) >= 7) + bool(re.search(r"[:?–]\s|\?\Z", text)) + bool(_TOPIC.search(text))
    )
    score += any(char.isdigit() for char in text) - 2 * text.rstrip().endswith((".", ":", "-", ","))
    return score >= 3 or is_call(text) or bool(_ANNOUNCED_TALK.match(text))
