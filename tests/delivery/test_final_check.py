"""The last look before the final dot, where an answer comes at once and where it takes a round trip."""

import asyncio
import threading

import pytest
from support.post_office import QuickClock

from newsletter.delivery.final_check import FinalCheck
from newsletter.errors import StorageError


class Register:
    """Answers like a lookout; each question is kept, and the first ones may fail."""

    def __init__(self, *, is_quick, failures=0):
        self.is_quick = is_quick
        self.failures = failures
        self.asked = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.closed = False

    def mailable(self, numbers):
        self.asked.append(tuple(numbers))
        self.may_answer.wait()
        if self.failures:
            self.failures -= 1
            raise StorageError("the database is locked")
        return frozenset(numbers) - {13}

    def close(self):
        self.closed = True


@pytest.fixture(params=[True, False], ids=["quick", "round trip"])
def is_quick(request):
    return request.param


async def test_who_is_on_the_list_may_go_and_who_left_may_not(is_quick):
    look = FinalCheck(Register(is_quick=is_quick), QuickClock())
    assert await look.may_send(7)
    assert not await look.may_send(13)
    await look.close()


async def test_a_database_that_is_locked_for_a_while_is_asked_again(is_quick):
    register, clock = Register(is_quick=is_quick, failures=2), QuickClock()
    look = FinalCheck(register, clock)
    assert await look.may_send(7)
    assert len(register.asked) == 3
    assert clock.slept == pytest.approx(1.2)
    await look.close()


async def test_a_database_that_never_answers_is_an_error(is_quick):
    look = FinalCheck(Register(is_quick=is_quick, failures=99), QuickClock())
    with pytest.raises(StorageError, match="locked"):
        await look.may_send(7)
    await look.close()


async def test_those_who_wait_ask_together_and_nobody_is_answered_by_a_look_that_began_before():
    register = Register(is_quick=False)
    look = FinalCheck(register, QuickClock())
    register.may_answer.clear()
    first = asyncio.create_task(look.may_send(1))
    while not register.asked:  # noqa: ASYNC110 - it is asked on another thread
        await asyncio.sleep(0)
    others = [asyncio.create_task(look.may_send(number)) for number in (2, 3, 13)]
    await asyncio.sleep(0)
    register.may_answer.set()
    assert [await first, *[await each for each in others]] == [True, True, True, False]
    assert register.asked == [(1,), (2, 3, 13)]
    await look.close()


async def test_one_who_no_longer_waits_is_passed_over_and_the_look_comes_home_first():
    register = Register(is_quick=False)
    look = FinalCheck(register, QuickClock())
    register.may_answer.clear()
    asking = asyncio.create_task(look.may_send(1))
    while not register.asked:  # noqa: ASYNC110 - it is asked on another thread
        await asyncio.sleep(0)
    asking.cancel()
    closing = asyncio.create_task(look.close())
    await asyncio.sleep(0)
    assert not register.closed
    register.may_answer.set()
    await closing
    assert register.closed
