"""The weekly report as a workbook and as a PDF, with who took it, when and why inside and in the trail."""

from collections.abc import Callable
from io import BytesIO
from math import ceil

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.worksheet.worksheet import Worksheet

from reports.annex2.faces import TITLE, chinese_date, table_of
from reports.weekly.charts import burn_down_charts, left_chart, trend_chart
from reports.weekly.figures import NOT_CLEARED
from reports.weekly.gathering import Weekly
from reports.weekly.narrative import draft
from reports.weekly.narrative_sheet import subtitle_line, title_line, write_narrative
from reports.weekly.problem_tables import recurrent_table, zeros_table
from reports.weekly.tables import SHORT, full_table, short_table, trend_table
from reports.weekly.wording import moment_in_words
from yanliang.audit.trail import record
from yanliang.periods import now
from yanliang.tables.charts import ACCENT
from yanliang.tables.excel import describe, write_sheet
from yanliang.tables.pdf import render_pdf, table_face
from yanliang.tables.table import DocumentProperties, Table

NAME = "住房安全排查工作周报"
#: Lines of a sheet that a chart of the usual height covers, and the column that it reaches to.
CHART_LINES, CHART_COLUMN = 16, "H"


def heading_of(weekly: Weekly) -> str:
    """“阎良区住房安全排查工作周报”."""
    return f"{weekly.region.short_name}{NAME}"


def title_of(weekly: Weekly) -> str:
    """The heading with the day of the week's Thursday; with an ending, the name of the file."""
    return f"{heading_of(weekly)}（{chinese_date(weekly.week.thursday)}）"


def as_at(weekly: Weekly) -> str:
    """“截至2020年6月11日12时”, or that the week still runs."""
    words = f"截至{moment_in_words(weekly.week.moment)}"
    return f"{words}，本周尚未截止" if weekly.week.is_open else words


def annexes(weekly: Weekly) -> list[Table]:
    """Annex 2, a table for each section; the 填表说明 once."""
    return [
        table_of(weekly.sheet, section, notes=not place)
        for place, section in enumerate(weekly.sheet.sections)
    ]


def problem_tables(weekly: Weekly) -> list[Table]:
    """The three zeros, and 屡改屡犯 where there are such problems."""
    recurrent = recurrent_table(weekly.figures)
    return [zeros_table(weekly.figures), *([recurrent] if recurrent else [])]


def workbook(weekly: Weekly, properties: DocumentProperties) -> bytes:
    """Narrative, comparison, the three zeros, 屡改屡犯, trend with two charts of Excel's own, and Annex 2."""
    book = Workbook()
    heading = [title_line(heading_of(weekly))]
    heading += [
        subtitle_line(f"（{each}）") for each in (as_at(weekly), weekly.week.why_moved) if each
    ]
    write_narrative(book.active, heading, draft(weekly.figures))
    write_sheet(book, full_table(weekly))
    short = write_sheet(book, short_table(weekly.figures))
    for table in problem_tables(weekly):
        write_sheet(book, table)
    trend = write_sheet(book, trend_table(weekly))
    add_charts(trend, short, weekly)
    for table in annexes(weekly):
        write_sheet(book, table)
    describe(book, properties)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def add_charts(trend: Worksheet, short: Worksheet, weekly: Weekly) -> None:
    """Under the trend's figures, its line and the places' bars; both follow when a figure is edited."""
    below = trend.max_row + 2
    if weekly.trend:
        line = LineChart()
        line.title = f"{weekly.figures.whole}排查率走势"
        line.y_axis.number_format, line.x_axis.number_format = "0%", "mm-dd"
        line.y_axis.scaling.min, line.y_axis.scaling.max = 0, 1
        draw(line, trend, len(weekly.trend), column=2)
        trend.add_chart(line, f"A{below}")
        below += CHART_LINES
    if weekly.figures.places:
        bars = BarChart()
        bars.type, bars.title = "bar", "未清零农户（户）"
        # Excel draws the first of the rows at the bottom.
        bars.x_axis.scaling.orientation = "maxMin"
        bars.height = max(bars.height, 0.6 * len(weekly.figures.places))
        column = 2 + 3 * list(SHORT).index(NOT_CLEARED)
        draw(bars, short, len(weekly.figures.places), column=column)
        trend.add_chart(bars, f"A{below}")
        below += ceil(CHART_LINES * bars.height / LineChart().height)
    trend.print_area = f"A1:{CHART_COLUMN}{below}"
    trend.page_setup.fitToHeight = 1


def draw(chart: LineChart | BarChart, source: Worksheet, rows: int, *, column: int) -> None:
    """Draw the first `rows` figures of a column of `source`, named by its first column."""
    first = source[source.freeze_panes].row
    last = first + rows - 1
    chart.add_data(Reference(source, min_col=column, min_row=first, max_row=last))
    chart.set_categories(Reference(source, min_col=1, min_row=first, max_row=last))
    chart.legend = None
    # openpyxl leaves the axes out unless told.
    chart.x_axis.delete = chart.y_axis.delete = False
    [series] = chart.series
    colour = ACCENT.removeprefix("#")
    if isinstance(chart, LineChart):
        series.smooth, series.graphicalProperties.line.solidFill = False, colour
    else:
        series.graphicalProperties.solidFill = colour


def pdf(weekly: Weekly, properties: DocumentProperties) -> bytes:
    """The report on upright A4 in the look of official papers, then Annex 2 on A3."""
    recurrent = recurrent_table(weekly.figures)
    return render_pdf(
        "pdf/weekly_summary.html",
        {
            "properties": properties,
            "heading": heading_of(weekly),
            "as_at": as_at(weekly),
            "why_moved": weekly.week.why_moved,
            "parts": draft(weekly.figures),
            "short": table_face(short_table(weekly.figures)),
            "charts": [trend_chart(weekly.trend, weekly.figures.whole), left_chart(weekly.figures)],
            "zeros": table_face(zeros_table(weekly.figures)),
            "zero_charts": burn_down_charts(weekly.figures),
            "recurrent": recurrent and table_face(recurrent),
            "signed_by": weekly.region.name,
            "signed_on": chinese_date(weekly.week.day),
            "annex_title": TITLE,
            "faces": [table_face(table) for table in annexes(weekly)],
        },
    )


#: Content type and writer of each file format.
FORMATS: dict[str, tuple[str, Callable[[Weekly, DocumentProperties], bytes]]] = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook),
    "pdf": ("application/pdf", pdf),
}


def exported(weekly: Weekly, form: str, *, by=None, reason: str = "") -> bytes:
    """The report as a file of the format `form` (a key of FORMATS)."""
    _, write = FORMATS[form]
    properties = DocumentProperties(
        title=title_of(weekly),
        author=str(by) if by is not None else "",
        subject=f"导出原因：{reason}" if reason else "",
        created=now(),
    )
    return write(weekly, properties)


def recorded_export(weekly: Weekly, form: str, *, by=None, reason: str = "") -> None:
    """Write the export to the trail; nobody's name when it was asked for on the command line."""
    record(
        "exported",
        weekly.region,
        by=by,
        after={
            "内容": heading_of(weekly),
            "报告周": chinese_date(weekly.week.thursday),
            "截至": moment_in_words(weekly.week.moment),
            "格式": form,
            "户数": weekly.sheet.counts.total(),
        },
        reason=reason,
    )
