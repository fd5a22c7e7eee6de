"""A credential attached to a PDF certificate, taken out. Attaching is `rendering`'s, when the PDF is written.

Call this only where an upload may do no harm: a process without keys, with bounded memory and time. The reader
unpacks the file's structure before we see it, so the bounds here are on what we take out, not on what it does.
Nothing of the visible pages is read: what a certificate says is what its credential says.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO

import pikepdf

from accredit.kit.openbadges.errors import ContainerUnreadable

MAX_PDF_BYTES = 10_000_000
MAX_CREDENTIAL_BYTES = 1_000_000
MAX_PAGES = 200
MAX_FILES = 100
_SUFFIXES = (".json", ".jsonld", ".json-ld", ".jws", ".jwt")
_WIDE_ROWS = re.compile(rb"/Columns\s*[+]?\d{6}")
_MEDIA_TYPES = frozenset(
    ("/application/json", "/application/ld+json", "/application/vc", "/application/vc+ld+json", "/application/vc+jwt")
)


def extract(pdf_bytes: bytes) -> bytes:
    """Answer the bytes of the one credential file attached to the PDF.

    A file counts as a credential by its name (.json, .jsonld, .jws, .jwt) or its media type, wherever it hangs: the
    list of attachments, the associated files, or a note on a page. Raises ContainerUnreadable: ``no_credential``,
    ``multiple_credentials``, ``pdf_encrypted`` also when no password is asked for, ``pdf_filter``,
    ``credential_size`` over 1 MB, ``pdf_size``, ``pdf_damaged``.
    """
    return _reading(pdf_bytes, lambda pdf: _one_file(pdf, _looks_like_credential))


def attachment(pdf_bytes: bytes, name: str) -> bytes:
    """Answer the bytes of the one attached file of a name, wherever it hangs. Raises as `extract`."""
    return _reading(pdf_bytes, lambda pdf: _one_file(pdf, lambda spec, _stream: name in _names(spec)))


def _reading(pdf_bytes: bytes, take: Callable[[pikepdf.Pdf], bytes]) -> bytes:
    if len(pdf_bytes) > MAX_PDF_BYTES:
        raise ContainerUnreadable("pdf_size", f"over {MAX_PDF_BYTES} bytes")
    if not pdf_bytes.startswith(b"%PDF-"):
        raise ContainerUnreadable("pdf_damaged", "not a PDF")
    # A predictor's row is allocated before a byte of it is read: 500 million columns cost half a gigabyte.
    if _WIDE_ROWS.search(pdf_bytes):
        raise ContainerUnreadable("pdf_filter", "the PDF is packed in rows wider than any page needs")
    try:
        # Without recovery: readers differ in how they repair a damaged file, so a repaired one says nothing certain.
        with pikepdf.open(BytesIO(pdf_bytes), suppress_warnings=True, attempt_recovery=False) as pdf:
            return take(pdf)
    except pikepdf.PasswordError:
        raise ContainerUnreadable("pdf_encrypted", "the PDF is protected by a password") from None
    except ContainerUnreadable:
        raise
    # The reader tells damage in many ways, and none of them may reach whoever sent the file.
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, *_DAMAGE) as error:
        raise ContainerUnreadable("pdf_damaged", f"the PDF cannot be read ({type(error).__name__})") from None


_DAMAGE = (ValueError, TypeError, KeyError, IndexError, AttributeError, RuntimeError, NotImplementedError, zlib.error)


def _one_file(pdf: pikepdf.Pdf, is_meant: Callable[[pikepdf.Object, pikepdf.Object], bool]) -> bytes:
    # With only an owner's password a PDF opens for everybody, and yet is not what its maker handed out.
    if pdf.is_encrypted:
        raise ContainerUnreadable("pdf_encrypted", "the PDF is protected by a password")
    # One file may hang in several places; the stream's object number tells whether it is the same one.
    streams: dict[tuple[int, int] | int, pikepdf.Object] = {}
    for number, spec in enumerate(_file_specs(pdf)):
        if number >= MAX_FILES:
            raise ContainerUnreadable("pdf_files", f"over {MAX_FILES} attached files")
        for stream in (each for each in _embedded(spec) if is_meant(spec, each)):
            streams[stream.objgen if stream.objgen != (0, 0) else -number] = stream
    if not streams:
        raise ContainerUnreadable("no_credential", "the PDF has no credential attached")
    if len(streams) > 1:
        raise ContainerUnreadable("multiple_credentials", f"the PDF has {len(streams)} credentials attached")
    return _content(next(iter(streams.values())))


def _file_specs(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Yield every file specification: attachments, associated files, file notes on pages."""
    names = pdf.Root.get("/Names", pikepdf.Dictionary())
    if "/EmbeddedFiles" in names:
        yield from pikepdf.NameTree(names.EmbeddedFiles).values()
    yield from _listed(pdf.Root.get("/AF"))
    if len(pdf.pages) > MAX_PAGES:
        raise ContainerUnreadable("pdf_pages", f"over {MAX_PAGES} pages")
    for page in pdf.pages:
        yield from _listed(page.obj.get("/AF"))
        for note in _listed(page.obj.get("/Annots")):
            if isinstance(note, pikepdf.Dictionary) and note.get("/Subtype") == "/FileAttachment" and "/FS" in note:
                yield note.FS


def _listed(value: pikepdf.Object | None) -> Iterator[pikepdf.Object]:
    if isinstance(value, pikepdf.Array):
        yield from value
    elif value is not None:
        yield value


def _names(spec: pikepdf.Object) -> set[str]:
    return {str(spec.get(key, "")) for key in ("/UF", "/F")}


def _looks_like_credential(spec: pikepdf.Object, stream: pikepdf.Object) -> bool:
    is_named = any(name.lower().endswith(_SUFFIXES) for name in _names(spec))
    return is_named or str(stream.get("/Subtype", "")).lower() in _MEDIA_TYPES


def _embedded(spec: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Yield the embedded files of a specification."""
    files = spec.get("/EF") if isinstance(spec, pikepdf.Dictionary) else None
    if not isinstance(files, pikepdf.Dictionary):
        return
    seen: set[tuple[int, int]] = set()
    for key in ("/UF", "/F"):
        stream = files.get(key)
        if isinstance(stream, pikepdf.Stream) and stream.objgen not in seen:
            seen.add(stream.objgen)
            yield stream


def _content(stream: pikepdf.Object) -> bytes:
    """Unpack one embedded file, at most 1 MB: plain or a single Flate filter, as everybody writes it."""
    filters = list(_listed(stream.get("/Filter")))
    if len(filters) > 1 or any(each != "/FlateDecode" for each in filters):
        raise ContainerUnreadable("pdf_filter", "the attached file is packed in a way that is not read")
    for each in _listed(stream.get("/DecodeParms")):
        if isinstance(each, pikepdf.Dictionary) and int(each.get("/Predictor", 1)) != 1:
            raise ContainerUnreadable("pdf_filter", "the attached file is packed in a way that is not read")
    content = stream.read_raw_bytes()
    if filters:
        # Asking for one byte more than is allowed tells "too large" without unpacking the rest.
        content = zlib.decompressobj().decompress(content, MAX_CREDENTIAL_BYTES + 1)
    if not content or len(content) > MAX_CREDENTIAL_BYTES:
        raise ContainerUnreadable("credential_size", f"the attached file is empty or over {MAX_CREDENTIAL_BYTES} bytes")
    return content
