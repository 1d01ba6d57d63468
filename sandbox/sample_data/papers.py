"""Files that people of the sample data hand in: pictures of documents of nobody, which say that they are specimens."""

import io
import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from portal import audit
from portal.models import FileType, Upload, UploadState
from portal.models.uploads import UPLOAD_MACHINE
from portal.uploads import store
from portal.uploads.services import checking

# In pixels, a sheet of Letter paper at 100 dots per inch.
_SHEET = (850, 1100)
_INK, _FRAME, _GROUND = (27, 27, 27), (30, 60, 110), (246, 243, 234)


def sheet(title: str, *lines: str) -> SimpleUploadedFile:
    """Return the picture of a sheet of paper with a title and lines of text, as a file that a person selects."""
    page = Image.new("RGB", _SHEET, _GROUND)
    draw = ImageDraw.Draw(page)
    draw.rectangle((40, 40, _SHEET[0] - 40, _SHEET[1] - 40), outline=_FRAME, width=4)
    draw.text((90, 110), f"{title.upper()}  -  SPECIMEN", font=ImageFont.load_default(30), fill=_FRAME)
    font = ImageFont.load_default(24)
    for place, line in enumerate(lines):
        draw.text((90, 220 + 56 * place), line, font=font, fill=_INK)
    draw.ellipse((600, 860, 760, 1020), outline=_FRAME, width=5)
    target = io.BytesIO()
    page.save(target, "JPEG", quality=70)
    return SimpleUploadedFile(f"{title.lower().replace(' ', '-')}.jpg", target.getvalue(), "image/jpeg")


def pass_check(upload: Upload) -> None:
    """Leave one of our own pictures as its check leaves it, with its page.

    The real check starts a process of its own for each file, which costs a laptop more than all the rest of the sample
    data. It is made to open what strangers send; what these files hold was drawn here. The caller's transaction began
    before the file was received, so that no worker has it.
    """
    for state, following in ((upload.state, UploadState.CHECKING), (UploadState.CHECKING, UploadState.CLEAN)):
        UPLOAD_MACHINE.check(state, following)
    at, pages_name = upload.received_at, store.pages_name_of(uuid.uuid4())
    store.save_page(upload, pages_name, 1, store.read_original(upload))
    Upload.objects.filter(pk=upload.pk).update(
        state=UploadState.CLEAN,
        checked_at=at,
        detected_type=FileType.JPEG,
        pages_name=pages_name,
        page_sizes=[list(_SHEET)],
        page_count=1,
    )
    audit.record("uploads.accepted", actor=checking.ACTOR, subject=upload, at=at, pages=1)
    upload.refresh_from_db()
