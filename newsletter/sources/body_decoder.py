"""The bytes of an answer as they were before the server compressed them (RFC 9110, section 8.4)."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Callable

from newsletter.model import MAX_DOCUMENT_BYTES
from newsletter.sources.fetch_errors import PermanentFetchError


async def decompress_body(chunks: AsyncIterator[bytes], encoding: str, host: str) -> bytes:
    """The body, unpacked as it arrives and stopped as soon as it is too much."""
    unpack = _unpacker(encoding, host)
    content = bytearray()
    async for chunk in chunks:
        try:
            content += unpack(chunk, MAX_DOCUMENT_BYTES + 1 - len(content))
        except zlib.error as error:
            raise PermanentFetchError(f"{host} sent something that cannot be unpacked") from error
        if len(content) > MAX_DOCUMENT_BYTES:
            raise PermanentFetchError(
                f"the answer of {host} is larger than {format_megabytes()}: it was not read"
            )
    return bytes(content)


def _unpacker(encoding: str, host: str) -> Callable[[bytes, int], bytes]:
    """Takes packed bytes and how many unpacked ones there may be."""
    match encoding.strip().lower():
        case "" | "identity":
            return lambda chunk, most: chunk[:most]
        case "gzip" | "x-gzip":
            return zlib.decompressobj(wbits=31).decompress
        case "deflate":
            return _Inflater()
        case other:
            raise PermanentFetchError(
                f"{host} packs its answers with {other[:20]}, which we did not ask for"
            )


class _Inflater:
    """`deflate` of RFC 9110, 8.4.1.2, with the zlib header or, as some servers send it, without."""

    def __init__(self) -> None:
        self._unpack: Callable[[bytes, int], bytes] | None = None

    def __call__(self, chunk: bytes, most: int) -> bytes:
        if self._unpack is None:
            has_header = chunk[0] & 0x0F == 8 and int.from_bytes(chunk[:2], "big") % 31 == 0
            self._unpack = zlib.decompressobj(wbits=15 if has_header else -15).decompress
        return self._unpack(chunk, most)


def format_megabytes() -> str:
    """The most that is read of one answer, in words."""
    return f"{MAX_DOCUMENT_BYTES // 1_000_000} MB"
