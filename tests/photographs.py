"""Pictures as people hand them in: a photo of a certificate on a desk, a scan, a screenshot; drawn with a real code."""

from __future__ import annotations

from io import BytesIO

import qrcode
from PIL import Image, ImageFilter


def code_picture(text: str, *, side: int = 300) -> Image.Image:
    """Return the QR code of a text, with its quiet border."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    drawn: Image.Image = code.make_image().get_image().convert("L")
    return drawn.resize((side, side), Image.Resampling.NEAREST)


def photo(*codes: str, size: tuple[int, int] = (1_600, 1_200), form: str = "JPEG", turned: float = 6.0) -> bytes:
    """Return a photo of a paper with these codes on it, turned a little, unsharp and noisy as photos are."""
    desk = Image.effect_noise(size, 60).convert("L").point(lambda value: value // 2 + 40)
    paper = Image.new("L", (size[0] * 3 // 4, size[1] * 3 // 4), 235)
    for number, text in enumerate(codes):
        side = size[1] // 3
        paper.paste(code_picture(text, side=side), (40 + number * (side + 40), size[1] // 4))
    paper = paper.rotate(turned, expand=True, fillcolor=60, resample=Image.Resampling.BICUBIC)
    desk.paste(paper, (40, 20))
    return as_file(desk.filter(ImageFilter.GaussianBlur(1.2)).convert("RGB"), form)


def as_file(picture: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    """Return the bytes of a picture: JPEG, PNG, or PDF as a scanner writes it."""
    out = BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()
