"""Which provider an address is at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.reports.providers import TITLES, Provider, provider_of


@pytest.mark.parametrize(
    ("domain", "provider"),
    [
        ("gmail.com", "gmail"),
        ("googlemail.com", "gmail"),
        ("yahoo.com", "yahoo"),
        ("yahoo.co.uk", "yahoo"),
        ("yahoo.com.mx", "yahoo"),
        ("yahoo.co.jp", "other"),
        ("aol.com", "yahoo"),
        ("att.net", "yahoo"),
        ("hotmail.fr", "microsoft"),
        ("outlook.com.br", "microsoft"),
        ("live.example.org", "other"),
        ("icloud.com", "apple"),
        ("gmx.de", "gmx"),
        ("web.de", "gmx"),
        ("pm.me", "proton"),
        ("comcast.net", "comcast"),
        ("t-online.de", "telekom"),
        ("wanadoo.fr", "orange"),
        ("notgmail.com", "other"),
        ("gmail.com.example.org", "other"),
        ("", "other"),
    ],
)
def test_the_domain_tells(domain: str, provider: str) -> None:
    assert provider_of(domain) == provider


@given(st.text())
def test_any_domain_has_one(domain: str) -> None:
    assert provider_of(domain) in Provider


def test_each_has_a_title_and_fits_its_column() -> None:
    assert set(TITLES) == set(Provider)
    assert max(map(len, Provider)) <= 20
