"""Writing a file whole or not at all."""

import errno
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import IO


def write_whole(path: str | os.PathLike[str], content: bytes | Callable[[int], object]) -> None:
    """Put ``content`` into the file ``path``; if that fails, the file is what it was before.

    A function is called with the descriptor of a file to write to.

    A reader sees the old content or the new, never a part: the bytes go to a new file in the same
    directory, are forced to disk, and take the old file's place and permissions in one step. A link is
    followed; a pipe or a device is written to as it stands.

    Raises
    ------
    OSError
        As :func:`open` would raise for ``path``.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "wb") as file:
            _write(file, content)
        return
    target = Path(os.path.realpath(path))
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
    part = target.with_name(f".sprat-{secrets.token_hex(8)}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            _write(file, content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            part.chmod(target.stat().st_mode & 0o7777)
        part.replace(target)
    except OSError as error:  # with the caller's name for the file, not the part's
        part.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _write(file: IO[bytes], content: bytes | Callable[[int], object]) -> None:
    if isinstance(content, bytes):
        file.write(content)
    else:
        content(file.fileno())
