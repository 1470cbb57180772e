"""What staff call the columns of their tables."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

COLUMNS: Mapping[str, str] = {
    "title": (
        "title|headline|name|what|titulo|titular|nombre|evento|titel|uberschrift|"
        "name der veranstaltung"
    ),
    "link": (
        "link|links|url|web|website|web page|webpage|address|href|more|enlace|enlaces|pagina|"
        "pagina web|sitio web|direccion web|adresse|webseite|web seite"
    ),
    "date": (
        "date|dated|published|publication date|date published|posted|fecha|publicado|"
        "fecha de publicacion|datum|veroffentlicht|year|ano|jahr"
    ),
    "section": (
        "section|category|kind|type|topic|seccion|categoria|tipo|tema|rubrik|kategorie|bereich|art"
    ),
    "deadline": (
        "deadline|due|due date|closes|closing date|close date|apply by|fecha limite|plazo|"
        "vence|cierre|fecha de cierre|frist|einsendeschluss|bewerbungsschluss"
    ),
    "note": (
        "note|notes|comment|comments|remark|remarks|nota|notas|comentario|comentarios|notiz|"
        "notizen|bemerkung|bemerkungen|kommentar"
    ),
    "summary": (
        "summary|description|abstract|text|details|blurb|resumen|descripcion|texto|"
        "zusammenfassung|beschreibung"
    ),
    "authors": (
        "authors|author|author s|by|speaker|speakers|autores|autor|autora|ponente|ponentes|"
        "autoren|autorin|sprecher|referent"
    ),
    "journal": "journal|source|publication|revista|fuente|publicacion|zeitschrift|quelle",
    "place": (
        "place|location|where|venue|city|lugar|ubicacion|donde|sede|ciudad|ort|veranstaltungsort|wo"
    ),
    "starts": (
        "starts|start|start date|begins|begin|when|event date|date and time|datetime|inicio|"
        "comienza|empieza|cuando|fecha de inicio|fecha y hora|fecha del evento|beginn|anfang|"
        "wann|startet"
    ),
    "ends": "ends|end|end date|until|fin|termina|hasta|fecha de fin|ende|bis",
    "time": "time|start time|hour|hora|hora de inicio|uhrzeit|zeit",
    "join": (
        "join|join link|registration|register|registration link|zoom|zoom link|meeting link|"
        "unirse|registro|inscripcion|enlace de registro|anmeldung|teilnahme"
    ),
    "amount": (
        "amount|award|award amount|funding|budget|grant amount|monto|importe|cantidad|"
        "dotacion|betrag|summe"
    ),
    "funder": (
        "funder|agency|sponsor|organization|organisation|financiador|agencia|entidad|"
        "organizacion|forderer|geldgeber"
    ),
    "number": (
        "number|opportunity|opportunity number|call number|numero|numero de convocatoria|nummer"
    ),
    "doi": "doi",
    "pmid": "pmid|pubmed|pubmed id",
    "nct": "nct|nct number|nct id|trial|clinicaltrials gov|ensayo",
}
"""Column → its names in English, Spanish and German: small letters, no accents, no marks."""

NAMES = {name: column for column, names in COLUMNS.items() for name in names.split("|")}


def plain_heading(name: str) -> str:
    """A heading without accents, case and marks, as `NAMES` has it."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return " ".join(
        re.sub(
            r"[^a-z0-9]+", " ", "".join(c for c in letters if not unicodedata.combining(c))
        ).split()
    )
