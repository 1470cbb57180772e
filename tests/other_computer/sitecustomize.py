"""Makes of this Linux what our code would find on Windows, as far as that can be played.

Python runs it at its start, in every process below a test of `test_any_computer.py`. Modules, names
and signals that Windows lacks are hidden from the modules of `newsletter` alone: the libraries run
on the real system. What Windows refuses is refused to all: to replace, rename or delete a file that
this process has open, to rename over another one, and names that no file may have there. Text that
is written without a word about line ends gets those of Windows.
"""

from __future__ import annotations

import asyncio.unix_events
import builtins
import errno
import io
import os
import posix
import re
import signal
import socket
import subprocess
import sys
import types
import warnings

from newsletter import platform_support

MODULES = {
    "crypt", "fcntl", "grp", "multiprocessing.forkserver", "nis", "posix", "pty", "pwd", "readline",
    "resource", "spwd", "syslog", "termios", "tty", "uvloop",
}  # fmt: skip
OF_NT = """
    DirEntry F_OK O_APPEND O_CREAT O_EXCL O_RDONLY O_RDWR O_TRUNC O_WRONLY P_NOWAIT P_WAIT R_OK W_OK
    X_OK abort access chdir chmod close cpu_count device_encoding dup dup2 environ error execv
    execve fspath fstat fsync ftruncate get_inheritable get_terminal_size getcwd getcwdb getlogin
    getpid getppid isatty kill link listdir lseek lstat mkdir open pipe putenv read readlink remove
    rename replace rmdir scandir set_inheritable spawnv spawnve stat stat_result strerror symlink
    system terminal_size times times_result truncate umask unlink unsetenv urandom utime waitpid
    waitstatus_to_exitcode write
"""
SIGNALS = {"SIGABRT", "SIGFPE", "SIGILL", "SIGINT", "SIGSEGV", "SIGTERM", "SIG_DFL", "SIG_IGN"}
FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$|^(?:con|nul|prn|aux)(?:\.|$)', re.IGNORECASE)


def without(module: types.ModuleType, hidden: set[str]) -> types.ModuleType:
    twin = types.ModuleType(module.__name__, module.__doc__)
    twin.__dict__.update(
        {name: value for name, value in vars(module).items() if name not in hidden}
    )
    return twin


class Popen(subprocess.Popen):
    """Takes the flags that Windows alone knows, and none of those that it does not."""

    def __init__(self, *arguments: object, creationflags: int = 0, **named: object) -> None:
        assert not named.keys() & {"start_new_session", "preexec_fn", "process_group", "user"}
        assert creationflags
        super().__init__(*arguments, **named)


TWINS = {
    "os": without(os, {name for name in vars(posix) if name[0] != "_"} - {*OF_NT.split()}),
    "signal": without(signal, {name for name in vars(signal) if name.startswith("SIG")} - SIGNALS),
    "socket": without(socket, {name for name in vars(socket) if name.startswith("AF_UNIX")}),
    "subprocess": without(subprocess, set()),
}
TWINS["os"].name, TWINS["subprocess"].Popen = "nt", Popen
real_import = builtins.__import__


def import_as_there(name, globals=None, locals=None, fromlist=(), level=0):  # noqa: A002 - its names
    if level or not (globals or {}).get("__name__", "").startswith("newsletter"):
        return real_import(name, globals, locals, fromlist, level)
    if name in MODULES or any(f"{name}.{each}" in MODULES for each in fromlist or ()):
        raise ModuleNotFoundError(f"{name} is not there on Windows", name=name)
    if name == "sys" and "platform" in (fromlist or ()):
        raise AssertionError("ask newsletter.platform_support")
    return TWINS.get(name) or real_import(name, globals, locals, fromlist, level)


def is_open(path: object) -> bool:
    """Whether this process has the file open."""
    try:
        status = os.lstat(path)
    except OSError:
        return False
    for number in os.listdir("/proc/self/fd"):  # noqa: PTH208 - pathlib calls what is replaced here
        try:
            if os.path.samestat(os.fstat(int(number)), status):
                return True
        except OSError:  # it was the descriptor of the folder that is listed
            continue
    return False


def refusing(function, *, over_another: bool = True):
    """The same function for files that nobody has open, and for names that they may have."""

    def refuse(*paths, **named):
        for path in paths:
            if not isinstance(path, int) and is_open(path):
                raise PermissionError(errno.EACCES, "it is used by another process", path)
        if not over_another and os.path.lexists(paths[1]):
            raise FileExistsError(errno.EEXIST, "it is there already", paths[1])
        refuse_name(paths[-1])
        return function(*paths, **named)

    return refuse


def refuse_name(path: object) -> None:
    if isinstance(path, int):
        return
    for part in os.fsdecode(path).split("/"):
        if part not in {"", ".", ".."} and FORBIDDEN.search(part):
            raise OSError(errno.EINVAL, "the syntax of the file name is incorrect", path)


def open_as_there(
    file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, *more, **named
):
    if "r" not in mode:
        refuse_name(file)
    if "b" not in mode and newline is None and ("r" not in mode or "+" in mode):
        newline = "\r\n"
    if "b" not in mode:
        encoding = io.text_encoding(encoding)
    return real_open(file, mode, buffering, encoding, errors, newline, *more, **named)


def refuse_to_handle(*_: object) -> None:
    raise NotImplementedError


real_open = io.open
platform_support.IS_POSIX = False
sys.modules["uvloop"] = None  # to the libraries as well
warnings.filterwarnings("ignore", category=EncodingWarning)
warnings.filterwarnings("error", category=EncodingWarning, module="newsletter")
asyncio.unix_events.SelectorEventLoop.add_signal_handler = refuse_to_handle
asyncio.unix_events.SelectorEventLoop.create_unix_connection = refuse_to_handle
os.replace, os.unlink, os.remove = refusing(os.replace), refusing(os.unlink), refusing(os.remove)
os.rename = refusing(os.rename, over_another=False)
io.open = builtins.open = open_as_there
for twin in ("replace", "unlink", "remove", "rename"):
    setattr(TWINS["os"], twin, getattr(os, twin))
builtins.__import__ = import_as_there
