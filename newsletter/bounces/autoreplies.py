"""Answers that no person wrote (RFC 3834), and the signs of a person who did."""

from __future__ import annotations

import re

from newsletter.bounces.mail_parts import DecodedMail

_SUBJECTS = re.compile(
    r"""
        ^(?:re:\ ?|aw:\ ?)?\W*(?:
            auto(?:matic|matische)?[ :-]*(?:reply|response|antwort|responder|generated)
          | out\ of\ (?:the\ )?office | vacation | on\ (?:annual\ |maternity\ )?leave
          | away\ from\ (?:my|the)\ (?:mail|office|desk) | i(?:'m|\ am)\ (?:away|out) | abwesen
          | automatische\ antwort | respuesta\ autom | fuera\ de\ (?:la\ )?oficina
          | r[ée]ponse\ automatique | absence | risposta\ autom | resposta\ autom
          | automatisch\ antwoord | autosvar | automatisk\ svar | afwezig | автоответ | 自動返信
          | 不在
        )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MARKS = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponder",
    "X-Auto-Reply",
    "X-Autoreply-From",
    "X-Mail-Autoreply",
    "Auto-Reply",
    "X-Vacation",
)
_STOP = re.compile(
    r"""
        ^\W*(?:(?:re|fwd?|aw)\ ?:\ ?)*(?:please,?\ )?(?:
            unsub(?:scribe)?\b | remove\ (?:me|my|this)[ ] | remove(?:\ me)?\W*$ | opt[ -]?out\b
          | stop(?:\ (?:sending|mailing|e-?mailing)\ .*|\W*$) | take\ me\ off\b | abmelden\b
          | baja\W*$ | dar(?:me)?\ de\ baja\b
          | cancelar\ (?:la\ |mi\ )?(?:suscripci[oó]n|inscri) | desuscribir | d[ée]sabonn
          | d[ée]sinscri | cancellami\b
        )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ANSWERS = re.compile(
    r"^(?:re|aw|sv|antw|odp|rv|r|res|回复|答复|返信)(?:\[\d+\])?\s*:", re.IGNORECASE
)


def is_automatic(mail: DecodedMail) -> bool:
    """Whether a program wrote it: RFC 3834, section 5, and what was usual before."""
    submitted = mail.header("Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    if mail.header("X-Auto-Response-Suppress") and _SUBJECTS.match(mail.header("Subject")):
        return True
    return (
        any(name in mail.message for name in _MARKS)
        or mail.header("Precedence").lower() in {"auto_reply", "auto-reply", "autoreply"}
        or mail.header("X-Precedence").lower() in {"auto_reply", "auto-reply"}
        or mail.receipt
        or bool(_SUBJECTS.match(mail.header("Subject")))
    )


def is_bulk(mail: DecodedMail) -> bool:
    """Whether it is somebody's mailing, which asks nothing of us."""
    return (
        mail.header("Precedence").lower() in {"bulk", "list", "junk"} or "List-Id" in mail.message
    )


def asks_to_stop(mail: DecodedMail) -> bool:
    """Whether the subject, or a first line that is all there is, asks to be taken off the list."""
    first = next((line.strip() for line in mail.notice.splitlines() if line.strip()), "")
    short = len(first) <= 60 and not first.startswith(">")
    return bool(_STOP.match(mail.header("Subject")) or (short and _STOP.match(first)))


def is_answer(mail: DecodedMail) -> bool:
    """Whether it answers a mail of ours."""
    thread = mail.header("In-Reply-To") or mail.header("References")
    return bool(thread or _ANSWERS.match(mail.header("Subject")))
