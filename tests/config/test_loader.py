from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from newsletter import config
from newsletter.config import Security
from newsletter.errors import ConfigError, UsageError
from newsletter.model import SourceKind

REQUIRED = '[newsletter]\ntitle = "T"\nfrom = "News <news@example.org>"\n'


def mistakes_of(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        config.parse(text)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_two_keys_are_enough() -> None:
    settings = config.parse(REQUIRED)
    assert settings.newsletter.sender == "News <news@example.org>"
    assert [section.name for section in settings.sections] == [
        "research",
        "trials",
        "events",
        "grants",
    ]
    assert settings.delivery.per_minute == 120
    assert settings.public is None


def test_every_mistake_is_reported_at_once_with_its_line() -> None:
    text = (
        '[newsletter]\ntitle = ""\nfrom = "nobody"\nlate_days = "many"\ncolour = "red"\n'
        '[delivery]\nport = 0\nretry_after = "soon"\n'
    )
    assert mistakes_of(text) == [
        (
            "newsletter.toml, line 5, [newsletter] colour: expected one of title, from, reply_to, address, url, language, "
            "time_zone, every, late_days, ahead_days, database, keep_deliveries, fetch_from, found a key that is not known"
        ),
        'newsletter.toml, line 2, [newsletter] title: expected some text, found ""',
        (
            "newsletter.toml, line 3, [newsletter] from: expected one address, as in "
            '"Foundation News <news@example.org>", found "nobody"'
        ),
        'newsletter.toml, line 4, [newsletter] late_days: expected a whole number, found "many"',
        "newsletter.toml, line 7, [delivery] port: expected a port from 1 to 65535, found 0",
        'newsletter.toml, line 8, [delivery] retry_after: expected a duration such as "5m", "48h" or "2d", found "soon"',
    ]


def test_a_key_with_a_slip_of_the_pen_is_guessed() -> None:
    assert mistakes_of(REQUIRED + 'tittle = "x"\n') == [
        'newsletter.toml, line 4, [newsletter] tittle: expected "title"?, found a key that is not known'
    ]


def test_a_missing_key_is_told_with_what_it_means() -> None:
    assert mistakes_of('[newsletter]\ntitle = "T"\n') == [
        (
            "newsletter.toml, line 1, [newsletter] from: expected `from`: the sender that readers see, "
            "found nothing: the key is missing"
        )
    ]


def test_a_syntax_error_names_file_and_line() -> None:
    (mistake,) = mistakes_of('[newsletter]\ntitle = "T\n')
    assert mistake.startswith("newsletter.toml: expected valid TOML")
    assert "line 2" in mistake


def test_an_unknown_table_is_a_mistake() -> None:
    assert mistakes_of(REQUIRED + "[deliver]\n") == [
        'newsletter.toml, deliver: expected "delivery"?, found a table or key that is not known'
    ]


def test_a_list_of_tables_must_be_one() -> None:
    assert mistakes_of(REQUIRED + "[source]\n") == [
        "newsletter.toml, line 4, [source]: expected [[source]] tables, found {}"
    ]
    assert mistakes_of("newsletter = 5\n")[0].endswith("expected a table [newsletter], found 5")


def test_sources_and_sections_are_read_in_order() -> None:
    settings = config.parse(
        REQUIRED + '[[section]]\nname = "tips"\ntitle = "Tips"\nrules = ["nutrition"]\n'
        '[[source]]\nname = "a"\nkind = "feed"\nurl = "https://example.org/feed"\nsection = "tips"\n'
        '[[source]]\nname = "b"\nkind = "trials"\nquery = "leiomyosarcoma"\nstatus = ["RECRUITING"]\n'
    )
    assert [(each.name, each.kind) for each in settings.sources] == [
        ("a", SourceKind.FEED),
        ("b", SourceKind.TRIALS),
    ]
    assert settings.sources[1].status == ("RECRUITING",)
    assert settings.sections[0].rules == ("nutrition",)


def test_what_no_single_key_can_tell_is_checked_too() -> None:
    source = '[[source]]\nname = "a"\nkind = "feed"\n'
    found = mistakes_of(REQUIRED + source + 'section = "tips"\n' + source + 'url = "x"\n')
    assert found == [
        'newsletter.toml, [source] name: expected each name once, found "a" twice',
        'newsletter.toml, line 7, [source#1] section: expected one of research, trials, events, grants, found "tips"',
        (
            "newsletter.toml, line 4, [source#1] url: expected an address, or the path of a file, "
            "found nothing: the key is missing"
        ),
    ]


def test_a_section_name_stands_once() -> None:
    section = '[[section]]\nname = "tips"\ntitle = "Tips"\n'
    assert "each name once" in mistakes_of(REQUIRED + section + section)[0]


@pytest.mark.parametrize(
    ("host", "allowed"), [("127.0.0.1", True), ("localhost", True), ("mail.example.org", False)]
)
# a case
def test_mail_goes_in_the_clear_only_within_the_machine(host: str, allowed: bool) -> None:  # noqa: FBT001
    text = REQUIRED + f'[delivery]\nhost = "{host}"\nsecurity = "none"\n'
    if allowed:
        assert config.parse(text).delivery.security is Security.NONE
    else:
        assert "expected starttls or tls" in mistakes_of(text)[0]


def test_durations_times_and_nested_keys_are_read() -> None:
    settings = config.parse(
        REQUIRED + '[delivery]\nretry_after = "90s"\nquiet_from = 21:30:00\nquiet_until = "07:00"\n'
        '[dkim]\ndomain = "example.org"\nkeys = [{selector = "n1", file = "k.pem"}]\n'
    )
    assert settings.delivery.retry_after == timedelta(seconds=90)
    assert str(settings.delivery.quiet_from) == "21:30:00"
    assert str(settings.delivery.quiet_until) == "07:00:00"
    assert settings.dkim
    assert settings.dkim.keys[0].selector == "n1"


@pytest.mark.parametrize("every", ["month", "week", "2 weeks", "10 days", "FREQ=MONTHLY;BYDAY=1TU"])
def test_a_rhythm_may_be_simple_or_a_rule(every: str) -> None:
    assert config.parse(REQUIRED + f'every = "{every}"\n').newsletter.every == every


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('every = "sometimes"', "month, week"),
        ('every = "FREQ=SOMETIMES"', "month, week"),
        ('time_zone = "Denver"', "a time zone such as"),
        ('language = "English"', "a language such as"),
        ('url = "example.org"', "an address that starts with https://"),
        ("late_days = -1", "0 or more"),
        ("late_days = true", "a whole number"),
        ("title = 5", "a text in quotes"),
        ("fetch_from = [1]", "a list of texts"),
    ],
)
def test_a_value_that_does_not_fit_is_a_mistake(line: str, expected: str) -> None:
    text = (
        REQUIRED.replace('title = "T"\n', "") + line + "\n"
        if line.startswith("title")
        else REQUIRED + line + "\n"
    )
    assert f"expected {expected}" in mistakes_of(text)[0]


def test_colours_names_and_fonts_are_checked() -> None:
    found = mistakes_of(
        REQUIRED
        + '[theme]\naccent = "red"\nfont = "comic"\n[[section]]\nname = "Our News"\ntitle = "x"\n'
        '[[source]]\nname = " a"\nkind = "feed"\nurl = "x"\nlimit = 0\n[public]\nurl = "x"\n[inbox]\naddress = "x"\n'
    )
    assert len(found) == 7


def test_a_single_text_may_stand_for_a_list() -> None:
    assert config.parse(REQUIRED + 'fetch_from = "intranet"\n').newsletter.fetch_from == (
        "intranet",
    )


def test_a_long_value_is_shown_shortened() -> None:
    (mistake,) = mistakes_of(REQUIRED + f'url = "{"x" * 200}"\n')
    assert mistake.endswith("x…")


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "newsletter.toml"
    file.write_text(REQUIRED, "utf-8-sig")
    assert config.load(file).newsletter.title == "T"


def test_a_file_that_is_no_text_or_not_there_is_told(tmp_path: Path) -> None:
    file = tmp_path / "newsletter.toml"
    with pytest.raises(UsageError, match="cannot be read"):
        config.load(file)
    file.write_bytes(b"title = \xff")
    with pytest.raises(UsageError, match="not UTF-8"):
        config.load(file)


def test_every_key_of_the_documentation_is_one_of_the_code_and_the_other_way_round() -> None:
    from conftest import ROOT

    documented = {
        line.split("`")[1]
        for line in (ROOT / "docs/configuration.md").read_text("utf-8").splitlines()
        if line.startswith("| `")
    }
    known = {
        f"{table}.{key.name}"
        for table, (_, cls, _) in config.TABLES.items()
        for key in config.keys_of(cls)
    } | {f"dkim.keys.{key.name}" for key in config.keys_of(config.DkimKey)}
    assert documented == known


class TestSecrets:
    def test_the_environment_comes_first(self, tmp_path: Path) -> None:
        file = tmp_path / "password"
        file.write_text("from file\n", "utf-8")
        environ = {"NEWSLETTER_X": "from environment", "NEWSLETTER_X_FILE": str(file)}
        assert config.secret("NEWSLETTER_X", environ) == "from environment"

    def test_then_the_file_that_it_names(self, tmp_path: Path) -> None:
        file = tmp_path / "password"
        file.write_text("from file\n", "utf-8")
        assert config.secret("NEWSLETTER_X", {"NEWSLETTER_X_FILE": str(file)}) == "from file"

    def test_a_file_that_is_gone_is_told_without_its_path(self, tmp_path: Path) -> None:
        with pytest.raises(
            UsageError, match="NEWSLETTER_X_FILE names a file that cannot be read"
        ) as caught:
            config.secret("NEWSLETTER_X", {"NEWSLETTER_X_FILE": str(tmp_path / "gone")})
        assert str(tmp_path) not in str(caught.value)

    def test_nowhere_is_none(self) -> None:
        assert config.secret("NEWSLETTER_X", {}) is None
