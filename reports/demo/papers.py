"""Made-up scans: each is drawn once, and all papers of its kind in the demo are that one file."""

from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw, ImageFont

from rectification.enums import DocumentKind
from yanliang.tables.fonts import font_file

SIZE = WIDTH, HEIGHT = 800, 1130
MARGIN, TITLE, SMALL = 100, 34, 20
MADE_UP = "示范材料，内容虚构"
INK, GREY, RED = "#222222", "#8a8a8a", "#b3261e"

PROOF = "documents/demo/proof.jpg"
REPORTS = tuple(f"appraisals/demo/report-{number}.jpg" for number in (1, 2, 3))
MINUTES = "rulings/demo/minutes.jpg"
#: Papers of a renovation by kind.
DOCUMENTS = {kind: f"documents/demo/{kind.value}.jpg" for kind in DocumentKind}
TITLES = {
    PROOF: "其他安全住房证明",
    **dict.fromkeys(REPORTS, "农村住房安全性鉴定报告"),
    MINUTES: "领导小组会议审定文件",
    **{name: kind.label for kind, name in DOCUMENTS.items()},
}


def draw_papers() -> None:
    """Draw the scans that are not there yet."""
    for number, (name, title) in enumerate(TITLES.items()):
        if not default_storage.exists(name):
            content = BytesIO()
            sheet(title, number).save(content, "JPEG", quality=70)
            default_storage.save(name, ContentFile(content.getvalue()))


def sheet(title: str, number: int) -> Image.Image:
    """A page with this title and lines for text; the `number` makes no two alike."""
    page = Image.new("RGB", SIZE, "#fdfcf8")
    pen = ImageDraw.Draw(page)
    pen.rectangle((40, 40, WIDTH - 40, HEIGHT - 40), outline=GREY, width=2)
    # Without a Chinese font a page has no words; the program says elsewhere that one is missing.
    if found := font_file("Noto Sans CJK SC:lang=zh-cn"):
        path, index = found
        large, small = (ImageFont.truetype(path, size, index=index) for size in (TITLE, SMALL))
        pen.text((WIDTH / 2, 110), title, INK, large, anchor="mm")
        pen.text((WIDTH / 2, HEIGHT - 75), MADE_UP, RED, small, anchor="mm")
    lines = range(190, 900 - 40 * (number % 4), 52)
    for line in lines:
        end = WIDTH - MARGIN if line != lines[-1] else WIDTH / 2
        pen.line((MARGIN, line, end, line), GREY, 2)
    pen.line((470, 980, 690, 980), INK, 2)
    return page
