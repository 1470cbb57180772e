"""Debian's dovecot on the loopback address, with one user and mails of our choice."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

USER, PASSWORD = "bounces@example.org", "an invented password"
PROGRAM = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")


@dataclass
class Dovecot:
    folder: Path
    port: int  # clear, with STARTTLS
    tls_port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it greets."""
        owner = _owner()
        self.process = subprocess.Popen(
            [str(PROGRAM), "-F", "-c", str(self.folder / "dovecot.conf")],
            **(
                {}
                if os.getuid()
                else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
            ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait_for(self, self.process)

    def stop(self) -> None:
        """All connections are cut."""
        if self.process:
            self.process.terminate()
            self.process.wait(10)

    @property
    def maildir(self) -> Path:
        return self.folder / "mail"

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    def deliver(self, content: bytes, name: str) -> None:
        """Put a mail into the mailbox as a mail system does."""
        (self.maildir / "tmp" / name).write_bytes(content)
        (self.maildir / "tmp" / name).rename(self.maildir / "new" / name)

    def contents(self, folder: str = "") -> list[bytes]:
        """What lies in a folder of the mailbox."""
        root = self.maildir / folder if folder else self.maildir
        return [
            each.read_bytes() for part in ("new", "cur") for each in sorted((root / part).glob("*"))
        ]


@contextmanager
def running(mails: Sequence[bytes] = (), *, capability: str = "") -> Iterator[Dovecot]:
    """A server until the block ends; `capability` overrides what it tells of itself."""
    with tempfile.TemporaryDirectory(prefix="dovecot-") as name:
        server = Dovecot(Path(name), _free_port(), _free_port())
        for part in ("tmp", "new", "cur"):
            (server.maildir / part).mkdir(parents=True)
        for number, content in enumerate(mails):
            server.deliver(content, f"{1_700_000_000 + number}.M{number}.test")
        _certificates(server)
        owner = _owner()
        _configure(server, owner, capability)
        for path in (server.folder, *server.folder.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _owner() -> pwd.struct_passwd:
    """Who the server runs as: ourselves, but never root, which it refuses."""
    return pwd.getpwuid(os.getuid()) if os.getuid() else pwd.getpwnam("nobody")


def _configure(server: Dovecot, owner: pwd.struct_passwd, capability: str) -> None:
    group = grp.getgrgid(owner.pw_gid).gr_name
    extra = f"imap_capability = {capability}" if capability else ""
    folder = server.folder
    (folder / "users").write_text(
        f"{USER}:{{PLAIN}}{PASSWORD}:{owner.pw_uid}:{owner.pw_gid}::{folder}\n"
    )
    text = CONFIG.format(folder=folder, server=server, user=owner.pw_name, group=group, extra=extra)
    (folder / "dovecot.conf").write_text(text)


def _certificates(server: Dovecot) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(server.ca_file)
    authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(
        server.folder / "server.pem"
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_for(server: Dovecot, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", server.port), 1) as link:
                if link.recv(4) == b"* OK":
                    return
        except OSError:
            pass
        time.sleep(0.05)
    log = server.folder / "log"
    raise AssertionError(f"dovecot did not start: {log.read_text()[-500:] if log.exists() else ''}")


CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
disable_plaintext_auth = yes
auth_mechanisms = plain login
mail_location = maildir:{folder}/mail
mail_fsync = never
first_valid_uid = 0
first_valid_gid = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
{extra}
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = passwd-file
  args = {folder}/users
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {server.port}
  }}
  inet_listener imaps {{
    port = {server.tls_port}
    ssl = yes
  }}
}}
"""
