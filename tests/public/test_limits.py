"""How often one visitor may."""

from newsletter.public.limits import Limit


def test_a_visitor_may_so_often_and_then_waits():
    now = 0.0
    limit = Limit(2, 60, lambda: now)
    assert [limit.allows("a"), limit.allows("a"), limit.allows("a"), limit.allows("b")] == [True, True, False, True]
    now = 61
    assert limit.allows("a")


def test_the_memory_of_visitors_is_bounded_and_holds_no_address():
    limit = Limit(1, 60, lambda: 0.0, visitors=3)
    for number in range(10):
        limit.allows(f"192.0.2.{number}")
    assert len(limit._seen) == 3
    assert b"192.0.2.9" not in limit._seen
