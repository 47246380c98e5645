"""The bytes of a text file as UTF-8 with plain line ends; what is no such text is refused by position."""

import codecs
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from features.errors import SourceError
from features.reading.staged import Place
from features.usecase import ReadOptions

_CHUNK = 1 << 20
_SIGNATURES = {
    b"PK\x03\x04": ("is a zip or Excel file", "save the sheet as CSV (UTF-8)"),
    b"\xd0\xcf\x11\xe0": ("is an old Excel file", "save the sheet as CSV (UTF-8)"),
    b"PAR1": ("is a Parquet file", "let its name end in .parquet"),
    b"\xff\xfe": ("is UTF-16 text", "save it as UTF-8"),
    b"\xfe\xff": ("is UTF-16 text", "save it as UTF-8"),
    b"%PDF": ("is a PDF file", "export the table as CSV"),
}
_GZIP = b"\x1f\x8b"


class Transcript(io.RawIOBase):
    """Read a text file, packed or not, in any declared encoding, as a stream of UTF-8 bytes.

    Parameters
    ----------
    path
        The file; gzip is recognised by its content.
    options
        Declared encoding; a blank as delimiter means that runs of blanks part the columns.
    place
        For messages.

    Raises
    ------
    SourceError
        While reading: damaged gzip, a NUL byte, bytes that the encoding does not have, a file that is plainly
        UTF-8 under another declared encoding.
    """

    def __init__(self, path: Path, options: ReadOptions, place: Place) -> None:
        super().__init__()
        self._path = path
        self._encoding = "utf-8-sig" if options.encoding == "utf-8" else options.encoding
        self._where = f"{place.key}.file"
        self._name = path.name
        squeezes = options.delimiter == " "
        self._texts = _squeeze_blanks(self._translate()) if squeezes else self._translate()
        self._pending = b""
        self.quotes = 0

    def first_text(self) -> str:
        """Return the first part of the text, up to a million characters; nothing for an empty file."""
        return next(self._texts, "")

    def push_back(self, text: str) -> None:
        """Put ``text`` in front of what is still to be read."""
        self._pending = text.encode() + self._pending

    def readable(self) -> bool:
        """Tell that this stream can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill ``buffer`` and return the number of bytes; 0 at the end."""
        while not self._pending:
            text = next(self._texts, None)
            if text is None:
                return 0
            self._pending = text.encode()
        count = min(len(buffer), len(self._pending))
        buffer[:count] = self._pending[:count]
        self._pending = self._pending[count:]
        return count

    def _translate(self) -> Iterator[str]:
        """Give the text in pieces, every line end a plain line feed."""
        decode = _Decoder(self._encoding, self._where, self._name)
        line_ends = io.IncrementalNewlineDecoder(None, translate=True)
        for chunk in self._chunks():
            text = line_ends.decode(decode(chunk))
            self.quotes += text.count('"')
            if text:
                yield text
        yield line_ends.decode(decode(b"", final=True), final=True)

    def _chunks(self) -> Iterator[bytes]:
        """Give the unpacked bytes."""
        try:
            with self._path.open("rb") as packed:
                start = packed.read(4)
                packed.seek(0)
                self._check_start(start)
                stream = gzip.GzipFile(fileobj=packed) if start.startswith(_GZIP) else packed
                yield from iter(lambda: stream.read(_CHUNK), b"")
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            problem = f"'{self._name}' is a damaged gzip file ({error})"
            raise SourceError(self._where, problem, "pack or copy it again") from error
        except OSError as error:
            raise unreadable(self._where, self._path, error) from error

    def _check_start(self, start: bytes) -> None:
        """Refuse files that their first bytes show to be something else."""
        if self._path.suffix == ".gz" and start and not start.startswith(_GZIP):
            problem = f"'{self._name}' is not gzip although its name ends in .gz"
            raise SourceError(self._where, problem, "let the name end in .csv")
        for signature, (problem, hint) in _SIGNATURES.items():
            if start.startswith(signature):
                raise SourceError(self._where, f"'{self._name}' {problem}, not CSV", hint)


def _squeeze_blanks(texts: Iterator[str]) -> Iterator[str]:
    """Make one blank of every run of blanks, and none at the ends of lines, for columns that blanks part."""
    rest = ""
    for text in texts:
        lines, line_end, rest = (rest + text).rpartition("\n")
        if line_end:
            yield _squeeze_lines(lines) + line_end
    if rest:
        yield _squeeze_lines(rest)


def _squeeze_lines(lines: str) -> str:
    return re.sub(r"(?m)^ +| +$", "", re.sub(r" {2,}", " ", lines))


class _Decoder:
    """Decode piece by piece and know the position of the first byte that does not fit."""

    def __init__(self, encoding: str, where: str, name: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._rival = None if encoding.startswith("utf") else codecs.getincrementaldecoder("utf-8")()
        self._encoding, self._where, self._name = encoding, where, name
        self._position = 0
        self._umlaut: tuple[int, bytes] | None = None

    def __call__(self, chunk: bytes, *, final: bool = False) -> str:
        zero = chunk.find(b"\0")
        if zero >= 0:
            problem = f"'{self._name}' is not text: byte {self._position + zero} is NUL"
            raise SourceError(self._where, problem, "export it as CSV (UTF-8)")
        self._watch_rival(chunk, final=final)
        waiting = len(self._decoder.getstate()[0])
        try:
            text = self._decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            raise self._misfit(error, waiting) from error
        self._position += len(chunk)
        return text

    def _misfit(self, error: UnicodeDecodeError, waiting: int) -> SourceError:
        """Name byte and position, and the encoding in which the line would read well."""
        byte = error.object[error.start]
        position = self._position - waiting + error.start
        other = "cp1252" if self._encoding == "utf-8-sig" and byte not in _NOT_CP1252 else "latin-1"
        around = error.object[max(error.start - 10, 0) : error.start + 10].decode(other, "replace")
        problem = f"byte {position} (0x{byte:02x}) is not {self._encoding.removesuffix('-sig')}"
        hint = f"write read: {{encoding: {other}}}, in which it reads '{around.strip()}'"
        return SourceError(self._where, problem, hint)

    def _watch_rival(self, chunk: bytes, *, final: bool) -> None:
        """Refuse a one-byte encoding for a file that is UTF-8 from end to end with letters outside ASCII."""
        if self._rival is None:
            return
        try:
            text = self._rival.decode(chunk, final)
        except UnicodeDecodeError:
            self._rival = None
            return
        if self._umlaut is None and not text.isascii():
            letter = next(letter for letter in text if not letter.isascii())
            self._umlaut = (self._position, letter.encode())
        if final and self._umlaut is not None:
            letter_bytes = self._umlaut[1]
            wrong = letter_bytes.decode(self._encoding, "replace")
            seen = f"'{letter_bytes.decode()}' would read '{wrong}'"
            problem = f"'{self._name}' is UTF-8, not {self._encoding}: {seen}"
            raise SourceError(self._where, problem, "write read: {encoding: utf-8}")


_NOT_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")


def unreadable(where: str, path: Path, error: OSError) -> SourceError:
    """Return the error for a file that the system does not let us read."""
    reason = error.strerror or type(error).__name__
    return SourceError(
        where, f"'{path.name}' cannot be read ({reason})", "check the name and the access rights"
    )


def fingerprint_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
