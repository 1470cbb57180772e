"""The socket of `newsletter serve`."""

import socket

import pytest

from newsletter.errors import UsageError
from newsletter.public.server import listening


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_an_answer_in_two_writes_waits_for_no_acknowledgement(host):
    if ":" in host and not _has_ipv6():
        pytest.skip("this machine speaks no IPv6")
    with listening(host, 0) as listener, socket.create_connection(listener.getsockname()[:2]):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_a_port_that_is_taken_is_told_with_the_option_that_mends_it():
    with listening("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(UsageError, match=f"--port {port} cannot be used"):
            listening("127.0.0.1", port)
