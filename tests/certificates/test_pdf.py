"""The printed page: its words, its typeface, its structure, and who gets it."""

import io

import pypdf
import pytest
from django.core.files.storage import storages
from django.urls import reverse
from django_q.status import Stat

from certificates import ornament, pdf, queries, services, tasks
from certificates.models import Certificate
from ground import fonts
from people.services import choose_language
from tests import factories
from tests.certificates.conftest import make_result

pytestmark = pytest.mark.django_db


def read(document: bytes) -> tuple[pypdf.PdfReader, str]:
    reader = pypdf.PdfReader(io.BytesIO(document))
    return reader, reader.pages[0].extract_text()


def embedded_fonts(reader: pypdf.PdfReader) -> list[bool]:
    found = []
    for font in reader.pages[0]["/Resources"]["/Font"].values():
        descendant = font.get_object()["/DescendantFonts"][0].get_object()
        descriptor = descendant["/FontDescriptor"].get_object()
        found.append("/FontFile3" in descriptor or "/FontFile2" in descriptor)
    return found


def used_glyphs(reader: pypdf.PdfReader) -> set[int]:
    """Every glyph the page draws, from its hexadecimal strings."""
    import re

    streams = [reader.pages[0].get_contents().get_data()]
    streams += [form.get_object().get_data() for form in reader.pages[0]["/Resources"].get("/XObject", {}).values()]
    texts = re.findall(rb"<([0-9a-fA-F]+)>", b"".join(streams))
    return {int(text[start : start + 4], 16) for text in texts for start in range(0, len(text), 4)}


def test_the_page_says_who_what_when_and_how_to_verify(certificate):
    reader, text = read(pdf.render(certificate))
    together = "".join(text.split())
    assert len(reader.pages) == 1
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [842, 595]
    for words in (
        "林晓雨",
        "客户服务中级工等级证书",
        "客户服务中级工等级考试",
        "二〇二六年十一月二十三日",
        "2028年11月22日",
    ):
        assert words in together
    for words in ("100", certificate.number, certificate.printed_code):
        assert words in text


def test_its_fonts_are_embedded_and_no_glyph_is_missing(certificate):
    reader, _text = read(pdf.render(certificate))
    assert embedded_fonts(reader) == [True, True]
    assert used_glyphs(reader)
    assert 0 not in used_glyphs(reader)


@pytest.mark.parametrize(
    "name", ["𠮷䶮㛃", "买买提·阿卜杜拉·克里木·吐尔逊江", "Alexandra Featherstonehaugh-Cholmondeley 艾丽"]
)
def test_rare_characters_and_long_names_hold(kind, now, name):
    certificate = services.issue(result=make_result(factories.person(name), now), kind=kind, now=now)
    reader, text = read(pdf.render(certificate))
    assert len(reader.pages) == 1
    assert "".join(name.split()) in "".join(text.split())
    assert 0 not in used_glyphs(reader)
    assert embedded_fonts(reader) == [True, True]


def test_a_name_cannot_write_markup_or_fetch_anything(kind, now):
    name = '<img src="file:///etc/passwd"><b>x</b>'
    certificate = services.issue(result=make_result(factories.person(name), now), kind=kind, now=now)
    reader, text = read(pdf.render(certificate))
    assert "passwd" in text
    assert not reader.pages[0].images


def test_it_is_an_archive_file_with_a_structure(certificate):
    reader, _text = read(pdf.render(certificate))
    metadata = reader.xmp_metadata
    assert "pdfaid" in metadata.stream.get_data().decode()
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "zh-hans"
    assert certificate.number in reader.metadata.title


def test_it_speaks_the_language_of_the_person(kind, now):
    person = factories.person("Alex Chen")
    choose_language(user=person, language="en")
    certificate = services.issue(result=make_result(person, now), kind=kind, now=now)
    _reader, text = read(pdf.render(certificate))
    assert "23 November 2026" in text
    assert "Certificate number" in text
    assert "points of 100" in text


def test_the_same_certificate_draws_the_same_art():
    assert ornament.border() == ornament.border()
    turns = [turn for _letter, turn in ornament.arc("云桥通信客户服务中心")]
    assert turns == sorted(turns)
    assert abs(sum(turns)) < 1e-9
    assert ornament.arc("") == []


def test_only_the_characters_in_use_are_embedded(certificate):
    assert len(pdf.render(certificate)) < 150_000
    assert len(fonts.subset("林晓雨", weight="Bold", language="zh-hans")) < 20_000


def test_rendering_twice_keeps_one_file(certificate, now):
    tasks.render(certificate.pk)
    name = Certificate.objects.get().pdf
    tasks.render(certificate.pk)
    services.render(certificate_id=certificate.pk, now=now)
    assert Certificate.objects.get().pdf == name
    assert storages["private"].open(name).read(5) == b"%PDF-"


def test_what_is_revoked_before_it_is_drawn_is_not_drawn(certificate, personnel, now):
    services.revoke(certificate=certificate, by=personnel, reason="考试作弊", now=now)
    tasks.render(certificate.pk)
    assert Certificate.objects.get().pdf == ""


def test_the_holder_downloads_it_where_no_queue_works(client, certificate, holder):
    client.force_login(holder, backend="allauth.account.auth_backends.AuthenticationBackend")
    response = client.get(reverse("certificates:pdf", args=[certificate.pk]))
    assert response["Content-Type"] == "application/pdf"
    assert certificate.number in response["Content-Disposition"]
    assert response["Cache-Control"] == "private, no-store"
    assert b"".join(response.streaming_content).startswith(b"%PDF-")


def test_while_the_queue_draws_a_page_says_so_and_asks_again(client, certificate, holder, now, today, monkeypatch):
    monkeypatch.setattr(Stat, "get_all", staticmethod(lambda *_args: ["a cluster"]))
    client.force_login(holder, backend="allauth.account.auth_backends.AuthenticationBackend")
    waiting = client.get(reverse("certificates:pdf", args=[certificate.pk]))
    assert (waiting.status_code, waiting["Refresh"]) == (200, "3")
    assert Certificate.objects.get().pdf == ""
    today.move_to(now.replace(minute=5))
    late = client.get(reverse("certificates:pdf", args=[certificate.pk]))
    assert late["Content-Type"] == "application/pdf"


def test_a_revoked_certificate_is_not_given_out(client, certificate, holder, personnel, now, today):
    tasks.render(certificate.pk)
    services.revoke(certificate=certificate, by=personnel, reason="考试作弊", now=now)
    client.force_login(holder, backend="allauth.account.auth_backends.AuthenticationBackend")
    response = client.get(reverse("certificates:pdf", args=[certificate.pk]), follow=True)
    assert response.redirect_chain == [(certificate.get_absolute_url(), 302)]
    assert "考试作弊" in response.content.decode()


def test_the_site_says_when_the_typeface_is_missing(monkeypatch):
    from certificates.checks import the_font_is_installed

    assert the_font_is_installed() == []
    monkeypatch.setattr(fonts, "FOLDERS", ("/nowhere",))
    fonts.find.cache_clear()
    try:
        assert [warning.id for warning in the_font_is_installed()] == ["certificates.W001"]
        with pytest.raises(fonts.FontMissing, match="fonts-noto-cjk"):
            fonts.subset("林", weight="Bold", language="zh-hans")
    finally:
        fonts.find.cache_clear()


def test_the_code_in_the_square_leads_to_the_public_page(certificate, client, settings):
    settings.WAGTAILADMIN_BASE_URL = "https://academy.example/"
    assert certificate.verify_url == f"https://academy.example/certificates/verify/{certificate.code}/"
    assert queries.by_code(certificate.code, certificate.issued_on) == certificate
