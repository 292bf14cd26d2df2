"""JSON that a checksum closes: "is this file what was written?"

The last key of the object is ``"crc32"``, and covers every byte before it.
"""

import zlib

_CLOSING = ', "crc32": "%08x"}'


def closed(text: str) -> bytes:
    """Close an object that lacks its last brace; it is ASCII, and has a key already."""
    content = text.encode("ascii")
    return content + _closing(content)


def is_closed(content: bytes) -> bool:
    """Whether an object ends in the checksum of what is before it."""
    end = len(content) - len(_CLOSING % 0)
    return end > 0 and content[end:] == _closing(content[:end])


def _closing(content: bytes) -> bytes:
    return (_CLOSING % zlib.crc32(content)).encode("ascii")
