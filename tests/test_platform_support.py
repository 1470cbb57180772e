"""Both ways of everything that is decided by the system, on whichever one this is."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import sys
import tarfile
import threading
from datetime import UTC, datetime
from pathlib import PurePosixPath

import pytest

from newsletter import config, platform_support
from newsletter.admin import restore
from newsletter.delivery.messages.dkim_signing import load_signer
from newsletter.delivery.smtp import server_of
from newsletter.errors import UsageError
from newsletter.formats.written_dates import write_day, write_moment
from newsletter.sources import parser_pool

POSIX, WINDOWS = "POSIX", "Windows"


@pytest.fixture(params=[POSIX, WINDOWS])
def system(request, monkeypatch):
    monkeypatch.setattr(platform_support, "IS_POSIX", request.param == POSIX)
    return request.param


@pytest.mark.parametrize("name", ["2026-11", "issue.toml", "con-2026", "a b", "é", "auxiliary.txt"])
def test_names_that_every_computer_takes(system, name):
    assert platform_support.is_file_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "09:00",
        "what?",
        "a\\b",
        "..\\x",
        "C:x",
        "con",
        "NUL.txt",
        "com1",
        "lpt9.csv",
        "a.",
        "a ",
        "a\n",
    ],
)
def test_names_that_windows_alone_refuses(system, name):
    assert platform_support.is_file_name(name) == (system == POSIX)


@pytest.mark.parametrize("name", ["", "a/b", "a\0"])
def test_names_that_none_takes(system, name):
    assert not platform_support.is_file_name(name)


def test_bytes_are_written_where_they_belong_and_as_they_are(system, tmp_path):
    handle = platform_support.open_private(tmp_path / "file", os.O_CREAT | os.O_RDWR)
    try:
        assert platform_support.write_at(handle, b"one\ntwo\n", 0) == 8
        assert platform_support.write_at(handle, b"2", 4) == 1
    finally:
        os.close(handle)
    assert (tmp_path / "file").read_bytes() == b"one\n2wo\n"
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


class HeldOpen:
    """A file that another program lets go of after some tries."""

    def __init__(self, tries: int) -> None:
        self.tries = tries

    def replace(self, target: object) -> None:
        self.tries -= 1
        if self.tries >= 0:
            raise PermissionError(target)


def test_a_file_is_replaced_when_the_other_program_has_let_go_of_it(system):
    held = HeldOpen(3)
    if system == POSIX:  # there it is a matter of rights, which waiting does not mend
        with pytest.raises(PermissionError):
            platform_support.replace_file(held, "target")
        assert held.tries == 2
    else:
        platform_support.replace_file(held, "target")
        assert held.tries == -1


def test_a_file_that_stays_held_is_told_of(system, monkeypatch):
    monkeypatch.setattr(platform_support, "REPLACE_S", 0.1)
    with pytest.raises(PermissionError):
        platform_support.replace_file(HeldOpen(10**9), "target")


def test_a_process_is_detached_by_what_the_system_knows(system):
    wanted = {POSIX: {"start_new_session": True}, WINDOWS: {"creationflags": 0x08000200}}
    assert platform_support.detach_process() == wanted[system]


def test_waiting_for_a_network_lets_ctrl_c_through(system):
    assert platform_support.limit_wait(300) == (300 if system == POSIX else 1)
    assert platform_support.limit_wait(0.5) == 0.5


def test_documents_are_read_in_processes_that_the_system_can_start(system):
    with parser_pool._processes(1, {"feed"}) as pool:
        assert pool.submit(os.getpid).result(60) != os.getpid()
        assert pool._mp_context.get_start_method() == ("forkserver" if system == POSIX else "spawn")


async def test_a_signal_is_told_to_the_loop_and_then_is_what_it_was_before(system):
    before = {number: signal.getsignal(number) for number in platform_support.list_stop_signals()}
    heard, told = [], asyncio.Event()

    def stop(number: int) -> None:
        heard.append((number, threading.current_thread() is threading.main_thread()))
        told.set()

    with platform_support.handle_stop_signals(stop):
        for number in (signal.SIGINT, signal.SIGTERM):
            told.clear()
            signal.raise_signal(number)
            await told.wait()
    assert heard == [(signal.SIGINT, True), (signal.SIGTERM, True)]
    assert {number: signal.getsignal(number) for number in before} == before


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("kind", "written"),
    [(io.TextIOWrapper, "“⁹ ñ”"), (Terminal, "?? ??")],
    ids=["pipe", "terminal"],
)
def test_no_sentence_fails_for_a_character(monkeypatch, kind, written):
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    raw = io.BytesIO()
    stream = kind(raw, encoding="ascii")
    platform_support.prepare_output(stream)
    stream.write("“⁹ ñ”")
    stream.flush()
    assert raw.getvalue().decode("utf-8") == written


def test_a_list_in_an_encoding_that_was_asked_for_loses_no_letter(monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    platform_support.prepare_output(stream)
    with pytest.raises(UnicodeEncodeError):
        stream.write("Wilhelmína")


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8"])
def test_a_stream_that_can_write_everything_is_left_as_it_is(encoding):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict")
    platform_support.prepare_output(stream)
    assert (stream.encoding, stream.errors) == (encoding, "strict")


def test_a_program_without_a_console_has_nothing_to_prepare():
    platform_support.prepare_output(None)
    platform_support.keep_line_ends(None)


def test_line_ends_stay_as_they_come(system):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="utf-8", newline="\r\n" if system == WINDOWS else None)
    platform_support.keep_line_ends(stream)
    stream.write("a,b\r\n")
    stream.flush()
    assert raw.getvalue() == b"a,b\r\n"


def test_a_unix_socket_is_a_mistake_where_there_is_none(system):
    text = '[newsletter]\ntitle = "T"\nfrom = "a@example.org"\n[delivery]\nsocket = "/run/lmtp"\n'
    settings = config.parse(text)
    if system == POSIX:
        assert server_of(settings, None).label == "/run/lmtp"
    else:
        with pytest.raises(UsageError, match="no unix sockets: name the host and port"):
            server_of(settings, None)


def test_a_key_is_refused_for_its_mode_where_modes_say_something(system, tmp_path):
    text = (
        '[newsletter]\ntitle = "T"\nfrom = "a@example.org"\n'
        '[dkim]\ndomain = "example.org"\n[[dkim.keys]]\nselector = "s"\nfile = "key.pem"\n'
    )
    (tmp_path / "key.pem").write_text("no key", "utf-8")
    (tmp_path / "key.pem").chmod(0o644)
    why = "may be read by others" if system == POSIX else "is no private key"
    with pytest.raises(UsageError, match=why):
        load_signer(config.parse(text).dkim, tmp_path, datetime(2026, 11, 23, tzinfo=UTC))


@pytest.mark.parametrize("name", ["files/..\\..\\out", "files/C:out", "files/nul", "files/a."])
def test_a_backup_leads_nowhere_else(system, name, tmp_path):
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    with tarfile.open(tmp_path / "a.tar") as archive:
        (member,) = archive
        if system == POSIX:
            restore._unpack_one(archive, member, tmp_path / "into")
            assert (tmp_path / "into" / PurePosixPath(name)).is_file()
        else:
            with pytest.raises(ValueError, match="files"):
                restore._unpack_one(archive, member, tmp_path / "into")
            assert not (tmp_path / "into").exists()


def test_days_are_written_without_what_strftime_knows_on_some_systems_alone():
    assert write_day(datetime(2026, 11, 3, 9, 5, tzinfo=UTC)) == "3 November 2026"
    assert (
        write_moment(datetime(2026, 11, 3, 9, 5, tzinfo=UTC)) == "Tuesday 3 November 2026 at 09:05"
    )


def test_this_system_is_one_of_the_two():
    assert (sys.platform != "win32") == platform_support.IS_POSIX
