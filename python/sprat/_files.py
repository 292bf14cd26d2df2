"""Files of ours: written whole or not at all, and read at places."""

import errno
import os
import secrets
import sys
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import IO

from sprat.errors import CorruptFileError

_BINARY = getattr(os, "O_BINARY", 0)  # on Windows, where files are text unless told otherwise


def write_whole(path: str | os.PathLike[str], content: bytes | Callable[[int], object]) -> None:
    """Put ``content`` into the file ``path``; if that fails, the file is what it was before.

    A function is called with the :func:`file_number` of a file to write to.

    A reader sees the old content or the new, never a part: the bytes go to a new file in the same
    directory, are forced to disk, and take the old file's place and permissions in one step, which is forced
    to disk, too; if that last thing fails, the new content is there already. A link is followed; a pipe or
    a device is written to as it stands.

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
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666), "wb") as file:
            _write(file, content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            part.chmod(target.stat().st_mode & 0o7777)
        part.replace(target)
        sync(target.parent)
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
        content(file_number(file))


class OpenFile:
    """A file to be read at places. It stays what it is when another one takes its name.

    Bytes are read, not mapped: a file that is cut short meanwhile is an error, not a signal.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.name = os.fspath(path)
        self._descriptor = os.open(path, os.O_RDONLY | _BINARY)
        weakref.finalize(self, os.close, self._descriptor)
        self.size_bytes = os.fstat(self._descriptor).st_size

    def read(self, start: int, size: int) -> bytes:
        """Return ``size`` bytes from ``start`` on.

        Raises
        ------
        CorruptFileError
            If there are not so many.
        """
        return read_at(self._descriptor, start, size, self.name)


def read_at(descriptor: int, start: int, size: int, name: str) -> bytes:
    """Return ``size`` bytes from ``start`` on; ``name`` is for the error of :meth:`OpenFile.read`."""
    parts: list[bytes] = []
    end = start + size
    while start < end:
        part = _pread(descriptor, end - start, start)
        if not part:
            raise CorruptFileError(f"{name}: ends before byte {end}")
        parts.append(part)
        start += len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def write_at(descriptor: int, data: bytearray, start: int) -> None:
    """Write all of ``data``, from ``start`` on."""
    with memoryview(data) as rest:
        done = 0
        while done < len(data):
            done += _pwrite(descriptor, rest[done:], start + done)


if sys.platform == "win32":
    import msvcrt

    _seeking = threading.Lock()

    def _pread(descriptor: int, size: int, start: int) -> bytes:
        with _seeking:
            os.lseek(descriptor, start, os.SEEK_SET)
            return os.read(descriptor, size)

    def _pwrite(descriptor: int, data: memoryview, start: int) -> int:
        with _seeking:
            os.lseek(descriptor, start, os.SEEK_SET)
            return os.write(descriptor, data)

    def sync(folder: str | os.PathLike[str]) -> None:
        """Do nothing: there is no such call."""

    def lock(file: IO[bytes]) -> None:
        """Wait until no other process has the file; it is given back when it is closed."""
        while True:
            try:
                return msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            except OSError:  # noqa: PERF203 - another has it
                time.sleep(0.02)

    def file_number(file: IO[bytes]) -> int:
        """Return what the core calls an open file by: the handle, as descriptors differ between runtimes."""
        return msvcrt.get_osfhandle(file.fileno())

else:
    import fcntl

    _pread, _pwrite = os.pread, os.pwrite

    def sync(folder: str | os.PathLike[str]) -> None:
        """Force to disk which files are in a folder."""
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:  # a file system without it
            if error.errno != errno.EINVAL:
                raise
        finally:
            os.close(descriptor)

    def lock(file: IO[bytes]) -> None:
        """Wait until no other process has the file; it is given back when it is closed."""
        fcntl.flock(file, fcntl.LOCK_EX)

    def file_number(file: IO[bytes]) -> int:
        """Return what the core calls an open file by: its descriptor."""
        return file.fileno()
