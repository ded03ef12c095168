"""Small SCORM packages and Word documents for tests, made by code."""

import io
import zipfile

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cfc000000301010018dd8db00000000049454e44ae426082"
)

NAMESPACES = {
    "1.2": 'xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"',
    "2004": 'xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3"',
}


def _part(number):
    return f' parameters="?part={number}"' if number else ""


def manifest(standard="1.2", *, version=None, href="index.html", kind="sco", items=1, doctype=""):
    attribute = "scormtype" if standard == "1.2" else "scormType"
    version = {"1.2": "1.2", "2004": "2004 4th Edition"}[standard] if version is None else version
    rows = "".join(
        f'<item identifier="I{n}" identifierref="R1"{_part(n)}><title>第 {n + 1} 节</title></item>'
        for n in range(items)
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>{doctype}
<manifest identifier="M" version="1" {NAMESPACES[standard]}>
<metadata><schema>ADL SCORM</schema><schemaversion>{version}</schemaversion></metadata>
<organizations default="O"><organization identifier="O"><title>三声服务</title>{rows}</organization></organizations>
<resources><resource identifier="R1" type="webcontent" adlcp:{attribute}="{kind}" href="{href}"/></resources>
</manifest>"""


# A page that finds its API as packages do, shows what it resumes with, and completes at a click; a frame inside it.
PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>课件</title></head><body>
<p id="from"></p><p id="parent"></p><button id="half">一半</button><button id="done">完成</button>
<iframe src="inner.html" title="inner"></iframe><script src="play.js"></script></body></html>"""
INNER = (
    "<html><head></head><body><p id='api'></p><script>document.getElementById('api').textContent = typeof API</script>"
)
PLAY = {
    "1.2": """
var api = window.API; api.LMSInitialize("");
document.getElementById("from").textContent = api.LMSGetValue("cmi.core.entry") + ":" + api.LMSGetValue("cmi.suspend_data");
function set(n, v) { api.LMSSetValue(n, v); }
document.getElementById("half").onclick = function () {
  set("cmi.core.lesson_status", "incomplete"); set("cmi.suspend_data", "half"); api.LMSCommit(""); };
document.getElementById("done").onclick = function () {
  set("cmi.core.score.raw", "100"); set("cmi.core.lesson_status", "passed"); api.LMSFinish(""); };
""",
    "2004": """
var api = window.API_1484_11; api.Initialize("");
document.getElementById("from").textContent = api.GetValue("cmi.entry") + ":" + api.GetValue("cmi.suspend_data");
document.getElementById("half").onclick = function () {
  api.SetValue("cmi.completion_status", "incomplete"); api.SetValue("cmi.suspend_data", "half"); api.Commit(""); };
document.getElementById("done").onclick = function () {
  api.SetValue("cmi.success_status", "passed"); api.SetValue("cmi.completion_status", "completed"); api.Terminate(""); };
""",
}
OUTSIDE = """
var seen; try { seen = "reached " + window.parent.document.title; } catch (error) { seen = error.name; }
document.getElementById("parent").textContent = seen;
"""


def zipped(files, **more):
    """A zip of {name: text or bytes}."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for info, content in more.get("infos", []):
            archive.writestr(info, content)
    buffer.seek(0)
    return buffer


def package(standard="1.2", **more):
    files = {
        "imsmanifest.xml": manifest(standard, **more),
        "index.html": PAGE,
        "inner.html": INNER,
        "play.js": PLAY[standard] + OUTSIDE,
    }
    return zipped(files)


# --- Word -------------------------------------------------------------------------------------------------------------

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def paragraph(text, style=None):
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{look}<w:r><w:t>{text}</w:t></w:r></w:p>"


IMAGE = f"""<w:p><w:r><w:drawing><wp:inline
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">
<wp:docPr id="1" name="p" descr="三声之内接听"/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">
<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">
<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill>
<a:blip r:embed="rId9" xmlns:r="{R}"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"""
TABLE = """<w:tbl><w:tr><w:tc><w:p><w:r><w:t>时间</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>三声</w:t></w:r></w:p></w:tc></w:tr>
</w:tbl>"""


def word(body, *, rels="", types="", image=PNG, more=None, doctype=""):
    """A docx with these paragraphs."""
    files = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        '<Override PartName="/word/document.xml" ContentType='
        f'"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>{types}</Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{R}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId8" Type="{R}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId9" Type="{R}/image" Target="media/a.png"/>{rels}</Relationships>',
        "word/styles.xml": f"<w:styles {W}>"
        '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 2"/></w:style></w:styles>',
        "word/document.xml": f'<?xml version="1.0"?>{doctype}<w:document {W}><w:body>{body}</w:body></w:document>',
        "word/media/a.png": image,
        **(more or {}),
    }
    return zipped(files).getvalue()


# The first bytes of files as encoders write them: enough to be known, too little to be played.
MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + b"\x00" * 64
WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm" + b"\x00" * 64
MP3 = b"ID3\x04\x00\x00" + b"\x00" * 200
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"\x00" * 64
