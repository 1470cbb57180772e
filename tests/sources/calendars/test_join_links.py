"""Where an event is, and how one joins it."""

import icalendar
import pytest

from newsletter.sources.calendars.join_links import place_and_link, web_address


def event(lines):
    return icalendar.Event.from_ical(f"BEGIN:VEVENT\n{lines}\nEND:VEVENT\n")


@pytest.mark.parametrize(
    ("lines", "place", "link"),
    [
        ("LOCATION:Hotel Adler\\, Denver", "Hotel Adler, Denver", ""),
        ("LOCATION:https://zoom.us/j/1", "Online", "https://zoom.us/j/1"),
        ("LOCATION:Room 5 (or https://zoom.us/j/1)", "Room 5 (or", "https://zoom.us/j/1"),
        ("LOCATION:Virtual", "Online", ""),
        ("SUMMARY:nothing", "", ""),
        (
            "CONFERENCE;VALUE=URI;FEATURE=VIDEO:https://chat.example.org/x",
            "Online",
            "https://chat.example.org/x",
        ),
        (
            "CONFERENCE;VALUE=URI:tel:+1-555-0100\nURL:https://teams.microsoft.com/l/a",
            "Online",
            "https://teams.microsoft.com/l/a",
        ),
        (
            "X-GOOGLE-CONFERENCE:https://meet.google.com/abc-defg-hij",
            "Online",
            "https://meet.google.com/abc-defg-hij",
        ),
        (
            "X-MICROSOFT-SKYPETEAMSMEETINGURL:https://teams.microsoft.com/l/b",
            "Online",
            "https://teams.microsoft.com/l/b",
        ),
        (
            "URL:https://example.org/page\nDESCRIPTION:Zoom: https://us02web.zoom.us/j/1?pwd=a&amp;b=2.",
            "Online",
            "https://us02web.zoom.us/j/1?pwd=a&b=2",
        ),
        (
            "DESCRIPTION:Tickets (https://www.eventbrite.com/e/1)",
            "Online",
            "https://www.eventbrite.com/e/1",
        ),
        (
            "DESCRIPTION:See https://example.org/a. Register here: https://example.org/b",
            "Online",
            "https://example.org/b",
        ),
        ("DESCRIPTION:See https://example.org/a_(b)", "", ""),
        ("DESCRIPTION:Join: http://zoom.us/j/1", "", ""),
        (
            "DESCRIPTION:Join: https://[::1/x https://notzoom.us/j/1",
            "Online",
            "https://notzoom.us/j/1",
        ),
        ("LOCATION:Town Hall\nURL:https://example.org/register", "Town Hall", ""),
        (
            'DESCRIPTION:<a href="https://example.webex.com/m">Join</a>',
            "Online",
            "https://example.webex.com/m",
        ),
    ],
)
def test_place_and_link_are_found_wherever_they_were_put(lines, place, link):
    assert place_and_link(event(lines)) == (place, link)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" https://example.org/a ", "https://example.org/a"),
        ("example.org", ""),
        ("javascript:alert(1)", ""),
        ("https://", ""),
        ("see https://example.org", ""),
        ("https://[::1/x", ""),
    ],
)
def test_a_web_address_is_one_as_a_whole(text, address):
    assert web_address(text) == address
