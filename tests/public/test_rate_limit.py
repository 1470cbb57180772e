"""How often one visitor may."""

from newsletter.public.rate_limit import RateLimit


def test_a_visitor_may_so_often_and_then_waits():
    now = 0.0
    limit = RateLimit(2, 60, lambda: now)
    assert [limit.allows("a"), limit.allows("a"), limit.allows("a"), limit.allows("b")] == [
        True,
        True,
        False,
        True,
    ]
    now = 61
    assert limit.allows("a")


def test_the_memory_of_visitors_is_bounded_and_holds_no_address():
    limit = RateLimit(1, 60, lambda: 0.0, visitors=3)
    for number in range(10):
        limit.allows(f"192.0.2.{number}")
    assert len(limit._seen) == 3
    assert b"192.0.2.9" not in limit._seen


def test_a_household_with_many_addresses_is_one_visitor():
    limit = RateLimit(1, 60, lambda: 0.0)
    asked = (
        "2001:db8::1",
        "2001:db8::2",
        "2001:db8:0:1::1",
        "192.0.2.1",
        "::ffff:192.0.2.1",
        "192.0.2.2",
        "a socket",
        "",
    )
    assert [limit.allows(each) for each in asked] == [
        True,
        False,
        True,
        True,
        False,
        True,
        True,
        True,
    ]
