"""The collector of replies, however they come, and what it does when none comes."""

import asyncio

import pytest

from newsletter.delivery.smtp_connection import ReplyReader, SmtpConnectionError


async def test_replies_are_gathered_from_any_pieces():
    replies = ReplyReader()
    for piece in (
        b"250-2.1.0 one",
        b"\r\n250",
        b"-2.1.0 two\r\n250 2.1.0 thr",
        b"ee\r\n354 go\r\n221\n",
    ):
        replies.data_received(piece)
    assert replies.waiting == 3
    taken = [await replies.read_reply(1) for _ in range(3)]
    assert [(each.code, each.words) for each in taken] == [
        (250, "2.1.0 one two three"),
        (354, "go"),
        (221, ""),
    ]


async def test_replies_that_came_before_a_break_are_still_read():
    replies = ReplyReader()
    replies.data_received(b"250 ok\r\n")
    replies.connection_lost(None)
    assert (await replies.read_reply(1)).code == 250
    with pytest.raises(SmtpConnectionError, match="closed the connection"):
        await replies.read_reply(1)


async def test_a_server_that_does_not_answer_is_left():
    replies = ReplyReader()
    with pytest.raises(SmtpConnectionError, match="in time"):
        await replies.read_reply(0.01)
    replies.data_received(b"250 too late\r\n")
    with pytest.raises(SmtpConnectionError, match="in time"):
        await replies.read_reply(1)


async def test_a_break_ends_the_waiting():
    replies = ReplyReader()
    waiting = asyncio.ensure_future(replies.read_reply(10))
    await asyncio.sleep(0)
    replies.connection_lost(ConnectionResetError())
    with pytest.raises(SmtpConnectionError, match="was lost"):
        await waiting


async def test_what_is_written_is_waited_for_until_the_system_took_it():
    replies = ReplyReader()
    await replies.drain()
    replies.pause_writing()
    waiting = asyncio.ensure_future(replies.drain())
    await asyncio.sleep(0)
    assert not waiting.done()
    replies.resume_writing()
    await waiting
    replies.resume_writing()


async def test_a_break_ends_the_waiting_for_room_too():
    replies = ReplyReader()
    replies.pause_writing()
    waiting = asyncio.ensure_future(replies.drain())
    await asyncio.sleep(0)
    replies.connection_lost(None)
    with pytest.raises(SmtpConnectionError):
        await waiting


async def test_a_server_that_stops_reading_is_left():
    replies = ReplyReader(block_s=0.01)
    replies.pause_writing()
    with pytest.raises(SmtpConnectionError, match="stopped taking"):
        await replies.drain()


async def test_bytes_that_are_no_letters_do_no_harm():
    replies = ReplyReader()
    replies.data_received(b"250 \xff\xfe ok\r\n")
    assert (await replies.read_reply(1)).code == 250
