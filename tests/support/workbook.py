"""A small Excel file, as a shop owner's program would write it."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OF_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"

HIDDEN = ' state="hidden"'
Value = str | int | float | date | None
Table = Sequence[Sequence[Value]]


def workbook(sheets: Mapping[str, Table], *, extra: str = "", before: str = "", hidden: Sequence[str] = ()) -> bytes:
    """`extra` is XML put into the last sheet's data, `before` what stands before each sheet's."""
    numbered = list(enumerate(sheets, 1))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType="application/'
        'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}"/></Types>',
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OF_DOCUMENT}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name)}" sheetId="{n}"{HIDDEN if name in hidden else ""} r:id="rId{n}"/>'
            for n, name in numbered
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            [*(("worksheet", f"worksheets/sheet{n}.xml") for n, _ in numbered), ("sharedStrings", "sharedStrings.xml")]
        ),
    }
    texts: dict[str, int] = {}
    for number, name in numbered:
        rows = "".join(_row(line, row, texts) for line, row in enumerate(sheets[name], 1))
        more = extra if number == len(numbered) else ""
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'{before}<worksheet xmlns="{_MAIN}"><sheetData>{rows}{more}</sheetData></worksheet>'
        )
    each = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}" count="{len(texts)}">{each}</sst>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for place, text in parts.items():
            file.writestr(place, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return made.getvalue()


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    each = (
        f'<Relationship Id="rId{number}" Type="{_OF_DOCUMENT}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{"".join(each)}</Relationships>'


def _row(line: int, row: Sequence[Value], texts: dict[str, int]) -> str:
    cells = (_cell(f"{chr(65 + at)}{line}", value, texts) for at, value in enumerate(row))
    return f'<row r="{line}">{"".join(cells)}</row>'


def _cell(place: str, value: Value, texts: dict[str, int]) -> str:
    """Texts stand beside the sheets, once each, and cells have their numbers."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{place}" t="s"><v>{texts.setdefault(value, len(texts))}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" t="d"><v>{value.isoformat()}</v></c>'
    return f'<c r="{place}"><v>{value}</v></c>'
