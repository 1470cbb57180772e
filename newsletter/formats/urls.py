"""Web addresses: one form to show and follow, and a coarser one to compare.

What is shown keeps all that a server could need (`http`, `www.`, the closing slash). What is
compared does not: nobody serves two different things under addresses that differ only in these.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

_CUT = re.compile(r"…|%E2%80%A6|\.\.\.$|/\.\.\./", re.IGNORECASE)
_STRAY_SPACE = re.compile(
    r"(?<=[/?&=])\s+|\s+(?=[/?&=])"
)  # "…nih.gov/ 37254103/": a line break of the paste
_HOST = re.compile(
    r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?)*|\[[0-9a-f:.]+\]"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SESSION = re.compile(r";jsessionid=[^/?]*", re.IGNORECASE)
_SAFE = "/:@!$&'()*+,;=~%-._[]"
_STANDS = re.compile(
    r"[\w/:@!$&'()*+,;=~%.\[\]-]*", re.ASCII
)  # what `quote` leaves as it is: nearly every path and query

_TRACKING = frozenset({
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid",
    "ttclid", "li_fat_id", "igshid", "igsh", "mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi",
    "__hstc", "__hssc", "__hsfp", "hsctatracking", "vero_id", "vero_conv", "oly_enc_id",
    "oly_anon_id", "_ga", "_gl", "s_cid", "cmpid", "ncid", "trk", "trkcampaign", "wt.mc_id",
    "ref_src", "ref_url", "rft_dat", "rft_id", "track", "dgcid", "xtor", "sr_share", "spm",
    "scid", "ml_subscriber", "ml_subscriber_hash", "ck_subscriber_id", "bbeml", "emci", "emdi",
    "ceid", "sfmc_sub", "elqtrackid", "elq_mid", "hss_channel", "cvid",
})  # fmt: skip
_TRACKING_PAIRS = frozenset(
    {("af", "r"), ("via", "ihub"), ("rss", "1"), ("rss", "yes"), ("rss", "true")}
)
_TRACKING_STARTS = ("utm_", "pk_", "mtm_", "matomo_", "piwik_", "hsa_", "at_campaign", "at_medium")
_PUBMED_RECORD = re.compile(r"/\d+/?")
# Most addresses need no cleaning; asking this first makes comparing a hundred thousand five times
# as fast.
_PLAIN = re.compile(r"https?://(?:www\.)?([a-z0-9][a-z0-9.-]*[a-z0-9])((?:/[\w.~()-]*)*)", re.ASCII)
_INDEX_PAGE = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)


def clean_url(url: str) -> str | None:
    """An absolute http(s) address without tracking parameters and fragment; None when it is none.

    One that an ellipsis cut is none: it leads nowhere.
    """
    url = url.strip()
    if len(url.split()) > 1:
        url = _STRAY_SPACE.sub("", re.sub(r"[\t\r\n]+", "", url))
    if _is_cut(url):
        return None
    try:
        parts = urlsplit(url)
        host, port = _clean_host(parts.hostname), parts.port
    except ValueError:  # a bracket too many, a port that is no number
        return None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or host is None:
        return None
    path = _quote_url_part(_SESSION.sub("", parts.path) if ";" in parts.path else parts.path) or "/"
    query = "" if _is_pubmed_record(host, path) else _clean_query(parts.query)
    where = host if port in {None, _DEFAULT_PORTS[scheme]} else f"{host}:{port}"
    cleaned = f"{scheme}://{where}{path}" + (f"?{query}" if query else "")
    return None if _is_cut(cleaned) else cleaned


def _is_cut(url: str) -> bool:
    """Whether an ellipsis stands where the rest of an address should."""
    return ("..." in url or "…" in url or "%" in url) and _CUT.search(url) is not None


def _clean_host(host: str | None) -> str | None:
    """The host in lower case and ASCII; None when it cannot be one."""
    host = (host or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    return host if _HOST.fullmatch(host) else None


def _is_pubmed_record(host: str, path: str) -> bool:
    """Whether the address is a PubMed record.

    All its parameters (`fc`, `ff`, `v`) only say how it was found.
    """
    return host == "pubmed.ncbi.nlm.nih.gov" and bool(_PUBMED_RECORD.fullmatch(path))


def _clean_query(query: str) -> str:
    if not query:
        return ""
    return "&".join(
        _quote_url_part(each, also="?")
        for each in query.split("&")
        if each and not _is_tracking(each)
    )


def _quote_url_part(text: str, also: str = "") -> str:
    return text if _STANDS.fullmatch(text) else quote(text, safe=_SAFE + also)


def _is_tracking(parameter: str) -> bool:
    name, _, value = unquote(parameter).lower().partition("=")
    name = name.removeprefix("amp;")  # an & escaped once too often
    return (
        name in _TRACKING
        or name.startswith(_TRACKING_STARTS)
        or (name, value) in _TRACKING_PAIRS
        or (name in {"via", "via=ihub"} and value.startswith("ihub"))
    )


@lru_cache(maxsize=4096)
def address_key(url: str) -> str | None:
    """What two addresses of one page have in common.

    None for no address and for a bare home page, which names no item.

    Scheme, `www.`, closing slash, order of parameters and percent-encoding do not count.
    """
    plain = _PLAIN.fullmatch(url)
    if (
        plain
        and ".." not in url
        and "/index." not in url
        and "/default." not in url
        and plain[1] != "dx.doi.org"
    ):
        path = plain[2].rstrip("/")
        return plain[1] + path if path else None
    cleaned = clean_url(url)
    if cleaned is None:
        return None
    where, _, query = cleaned.partition("://")[2].partition("?")
    host, _, path = where.partition("/")
    path = _INDEX_PAGE.sub("", unquote(f"/{path}")).rstrip("/")
    if not path and not query:
        return None
    host = host.removeprefix("www.").replace("dx.doi.org", "doi.org")
    return host + path + (f"?{'&'.join(sorted(query.split('&')))}" if query else "")


def host_of(url: str) -> str:
    """The host of a cleaned address, as compared: without `www.`."""
    return url.partition("://")[2].partition("/")[0].removeprefix("www.")
