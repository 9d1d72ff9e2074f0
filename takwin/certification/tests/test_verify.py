"""A stranger verifies: by reference, by code, by file, by text; and whatever a hostile one hands in."""

from __future__ import annotations

import io
import json
import random
import resource
import time
import zlib

import pytest
import typst
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from takwin.certification import pdf, scan, services, submission_parsing
from takwin.certification.selectors import findings, keys
from takwin.certification.tests.make import make_diploma, with_another_mark
from takwin.core.tests.refusals import refused
from takwin.engines.credentials import sign
from takwin.engines.credentials.tests.test_judge import judged  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
BOUND = 5.0  # seconds of the processor; a hostile input is answered long before, a hang is not


@pytest.fixture
def diploma():
    return make_diploma("14")


@pytest.fixture
def unlimited(settings):
    """A test that asks more often in a minute than a stranger may."""
    settings.ACCOUNT_RATE_LIMITS = False


def page_of(row, dots=150):
    """The printed sheet as a scanner sees it: a picture of the PDF's page, turned by a degree, with dust on it."""
    from pathlib import Path

    from takwin.core.pdf import FONTS

    caught = {}

    def catch(_package, sheet, facts):
        caught["png"] = typst.compile(
            str(Path(pdf.__file__).parent / sheet), format="png", ppi=dots, font_paths=[str(FONTS)],
            sys_inputs={"data": json.dumps(facts, ensure_ascii=False)},
        )  # fmt: skip
        return b""

    whole, pdf.compiled = pdf.compiled, catch
    try:
        pdf.diploma_pdf(row)
    finally:
        pdf.compiled = whole
    picture = Image.open(io.BytesIO(caught["png"])).convert("L").rotate(1.2, expand=True, fillcolor=255)
    dust, points = random.Random(7), picture.load()
    for _turn in range(4000):
        points[dust.randrange(picture.width), dust.randrange(picture.height)] = dust.randrange(256)
    return picture


def saved(picture, kind):
    out = io.BytesIO()
    picture.save(out, kind, quality=60)
    return out.getvalue()


def children_seconds():
    """Seconds of the processor that ended processes of ours have used: the same on a busy machine."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def handed(client, content, name="diploma.pdf"):
    return client.post("/verify/", {"file": SimpleUploadedFile(name, content)}).content.decode()


class TestPaper:
    def test_the_same_bytes_each_time_tagged_and_with_its_document_inside(self, diploma):
        pdf_bytes = pdf.diploma_pdf(diploma)
        assert pdf_bytes == pdf.diploma_pdf(diploma)
        reader = PdfReader(io.BytesIO(pdf_bytes))
        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert "/StructTreeRoot" in reader.trailer["/Root"]
        assert b"pdfuaid" in pdf_bytes
        assert [attachment.name for attachment in reader.attachment_list] == ["credential.json"]
        assert reader.attachment_list.__iter__().__next__().content.decode() == diploma.credential

    def test_its_file_is_verified_and_shows_what_it_says(self, client, diploma):
        page = handed(client, pdf.diploma_pdf(diploma))
        assert "صالح" in page
        assert diploma.holder in page

    @pytest.mark.parametrize("kind", ["PNG", "JPEG"])
    def test_a_scan_of_the_printed_sheet_is_verified_by_its_code(self, client, diploma, kind):
        page = handed(client, saved(page_of(diploma), kind), f"scan.{kind.lower()}")
        assert diploma.holder in page
        assert "is-good" in page

    def test_a_scan_in_a_pdf_too(self, client, diploma):
        assert diploma.holder in handed(client, saved(page_of(diploma), "PDF"), "scan.pdf")

    def test_the_longest_names_fit_a_code_that_can_be_read(self, diploma):
        diploma.holder = "عبد الرحمان بن عبد اللطيف " * 4 + "السملالي"
        diploma.facts["names"]["ar"] = "تقني متخصص في هندسة الشبكات والأمن المعلوماتي والحوسبة السحابية" * 2
        from takwin.certification import diploma_facts

        key = services.current_key()
        diploma.line = services.issuing.write_line(diploma_facts.line(diploma), key.secret, key.name)
        found = submission_parsing.from_file("x.png", saved(page_of(diploma, 300), "PNG"))
        assert found.line == diploma.line

    def test_minutes_are_printed_in_three_languages(self, diploma):
        from django.utils.translation import override

        for language in ("ar", "fr", "en"):
            with override(language):
                assert pdf.minutes_pdf(diploma.verdict.jury).startswith(b"%PDF")


class TestAnswers:
    def test_by_reference_nothing_but_whether_it_stands(self, client, diploma):
        page = client.get("/verify/", {"ref": f" {diploma.ref.lower()} "})
        assert "صالح" in page.content.decode()
        assert diploma.holder not in page.content.decode()
        assert page["Cache-Control"] == "no-store"

    def test_the_address_of_a_credential_leads_to_the_page(self, client, diploma):
        answer = client.get(f"/credentials/{diploma.ref}")
        assert answer["Location"].endswith(f"?ref={diploma.ref}")

    @pytest.mark.parametrize(("typed_ref", "says"), [("DIP-7F3K9Q2M-4", "لا يطابق"), ("nothing", "DIP-")])
    def test_an_invalid_reference_gets_its_own_answer(self, client, diploma, typed_ref, says):
        assert says in client.get("/verify/", {"ref": typed_ref}).content.decode()

    def test_one_changed_letter_is_seen(self, client, diploma):
        forged = diploma.credential.replace(diploma.holder, diploma.holder + "ي")
        page = client.post("/verify/", {"text": forged}).content.decode()
        assert "محرّف" in page
        assert diploma.holder not in page.split('id="text"')[0]

    def test_a_line_of_another_key_is_not_believed(self, client, diploma):
        assert findings.of_line(with_another_mark(diploma.line)).finding == "altered"
        assert client.get("/verify/", {"line": "a.b.c"}).status_code == 200

    def test_what_we_signed_but_did_not_register_is_not_valid(self, diploma):
        document = {**json.loads(diploma.credential), "id": "https://takwin.example/credentials/DIP-11111111-1"}
        del document["proof"]
        signed = sign(document, diploma.key.secret, keys.method(diploma.key), diploma.issued_at)
        assert findings.of_document(json.dumps(signed).encode()).finding == "not_found"

    def test_many_questions_from_one_address_wait(self, client, diploma, settings):
        settings.ACCOUNT_RATE_LIMITS = {"verify": "3/m/ip"}
        codes = [client.get("/verify/", {"ref": diploma.ref}).status_code for _turn in range(5)]
        assert codes == [200, 200, 200, 429, 429]
        assert client.get("/verify/").status_code == 200


class TestHostile:
    @pytest.mark.parametrize(
        ("change", "finding"),
        [
            ({"@context": ["https://www.w3.org/ns/credentials/v2"]}, "unreadable"),
            ({"issuer": {"id": "did:web:elsewhere.example"}}, "unknown_issuer"),
            ({"validFrom": "2099-01-01T00:00:00Z"}, "not_yet"),
            ({"validUntil": "2001-01-01T00:00:00Z"}, "ended"),
            ({"proof": {"verificationMethod": "did:web:127.0.0.1%3A8000#key-9"}}, "altered"),
            ({"proof": None}, "altered"), ({"credentialSubject": 7}, "altered"), ({"name": []}, "altered"),
        ],
    )  # fmt: skip
    def test_each_fault_has_its_answer(self, diploma, change, finding):
        document = {**json.loads(diploma.credential), **change}
        answer = findings.of_document(json.dumps(document).encode())
        assert answer.finding == finding
        assert answer.sentence
        assert answer.shown == {}

    def test_a_name_given_twice(self, client, diploma):
        doubled = diploma.credential.replace('{"@context"', '{"id": "x", "@context"', 1)
        assert "مرتين" in client.post("/verify/", {"text": doubled}).content.decode()

    def test_five_megabytes_and_more_are_refused_by_their_size(self, client, diploma):
        begun = time.process_time()
        answer = client.post("/verify/", {"text": '{"a":"' + "x" * 5_000_000 + '"}'})
        assert answer.status_code == 413
        assert "كيلوبايت" in answer.content.decode()
        assert "كيلوبايت" in handed(client, b"{" + b" " * 6_000_000, "x.json")
        assert "كيلوبايت" in handed(client, b"%PDF-1.7" + b" " * 6_000_000)
        assert time.process_time() - begun < BOUND

    def test_a_bomb_in_a_pdf_is_not_blown_up(self, client, diploma):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf.diploma_pdf(diploma))))
        bomb = DecodedStreamObject()
        bomb[NameObject("/Filter")] = NameObject("/FlateDecode")
        bomb._data = zlib.compress(b"\0" * 400_000_000, 9)
        tree = writer._root_object["/Names"]["/EmbeddedFiles"]
        spec = tree["/Names"][1].get_object()
        for name in list(spec["/EF"]):
            spec["/EF"][NameObject(name)] = writer._add_object(bomb)
        out = io.BytesIO()
        writer.write(out)
        begun = children_seconds()
        page = handed(client, out.getvalue())
        assert "is-good" not in page
        assert children_seconds() - begun <= scan.CPU_SECONDS + 1

    def test_a_picture_that_says_it_is_huge_is_not_opened(self, client, diploma):
        head = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big")
        body = b"IHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\0\0\0\0"
        picture = head + body + zlib.crc32(body).to_bytes(4, "big")
        begun = children_seconds()
        assert "is-mute" in handed(client, picture, "x.png")
        assert children_seconds() - begun < scan.CPU_SECONDS

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.binary(max_size=400), st.sampled_from([b"", b"{", b"[", b"RIFF", b"GIF8", b"\0\0\0 ftyp", b"BM"]))
    def test_any_bytes_are_answered(self, client, unlimited, body, head):
        answer = client.post("/verify/", {"file": SimpleUploadedFile("x", head + body)})
        assert answer.status_code == 200
        assert answer.context["answer"].finding == "unreadable"

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.binary(max_size=400), st.sampled_from([b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]))
    def test_any_bytes_that_look_like_a_scan_hold_nothing(self, body, head):
        """In this process: starting another one sixty times would take a minute."""
        assert scan.look(head + body) == ("N", b"")

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.text(max_size=200))
    def test_any_text_is_answered(self, client, unlimited, text):
        assert client.post("/verify/", {"text": text}).status_code == 200
        of_address = 400 if "\0" in text else 200  # no address holds NUL: `ui/intake.py`
        assert client.get("/verify/", {"line": text}).status_code == of_address
        assert client.get("/verify/", {"ref": text}).status_code == of_address

    JSON = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=12,
    )

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def test_any_part_replaced_is_never_valid(self, diploma, data):
        document = json.loads(diploma.credential)
        node, path = document, []
        while isinstance(node, (dict, list)) and node:
            names = sorted(node) if isinstance(node, dict) else range(len(node))
            path.append(data.draw(st.sampled_from(list(names))))
            node = node[path[-1]]
            if data.draw(st.booleans()):
                break
        new = data.draw(self.JSON)
        if new == node or (path[0] == "@context"):
            return
        parent = document
        for step in path[:-1]:
            parent = parent[step]
        parent[path[-1]] = new
        assert findings.of_document(json.dumps(document).encode()).finding != "valid"

    def test_pasted_text_that_is_neither_is_told(self):
        with refused("not_json"):
            submission_parsing.from_text("شهادتي")


def test_an_independent_verifier_believes_what_was_issued_and_not_what_was_revoked(client, diploma, judged):  # noqa: F811
    """Issued by the services, with the keys and lists as the pages serve them."""
    document = json.loads(diploma.credential)

    def served():
        urls = [document["credentialStatus"]["statusListCredential"]]
        return {url: client.get(url.removeprefix("http://127.0.0.1:8000")).json() for url in urls}

    did = client.get("/.well-known/did.json").json()
    assert judged(document, did=did, lists=served()) == {"verified": True, "why": []}
    services.rotate_key(by=None)
    did = client.get("/.well-known/did.json").json()
    assert judged(document, did=did, lists=served())["verified"]
    services.revoke_diploma(diploma, reason="fraud", by=None)
    assert not judged(document, did=did, lists=served())["verified"]


class TestFormerAddress:
    """The site moved: what was issued before is still believed, by us and by the outside judge."""

    NEW = "https://tadrib.example"

    def test_a_diploma_of_before_is_valid_and_its_lists_answer_there(self, client, diploma, settings, judged):  # noqa: F811
        former = settings.SITE_URL
        document = json.loads(diploma.credential)
        settings.SITE_URL = self.NEW
        assert findings.of_document(diploma.credential.encode()).finding == "unknown_issuer"
        settings.FORMER_SITE_URLS = [former]
        settings.ALLOWED_HOSTS = ["*"]
        assert findings.of_document(diploma.credential.encode()).finding == "valid"
        host = former.removeprefix("http://")
        did = client.get("/.well-known/did.json", headers={"host": host}).json()
        url = document["credentialStatus"]["statusListCredential"]

        def judged_there():
            listed = client.get(url.removeprefix(former), headers={"host": host}).json()
            return judged(document, did=did, lists={url: listed})["verified"]

        assert judged_there()
        assert client.get("/.well-known/did.json", headers={"host": "tadrib.example"}).json()["id"] != did["id"]
        services.revoke_diploma(diploma, reason="fraud", by=None)
        assert findings.of_document(diploma.credential.encode()).finding == "revoked"
        assert not judged_there()

    def test_an_address_that_was_never_ours_is_not_believed(self, diploma, settings):
        settings.SITE_URL = self.NEW
        settings.FORMER_SITE_URLS = ["https://other.example"]
        assert findings.of_document(diploma.credential.encode()).finding == "unknown_issuer"

    def test_a_key_named_under_another_address_of_ours_signs_nothing(self, diploma, settings):
        document = json.loads(diploma.credential)
        settings.FORMER_SITE_URLS = [self.NEW]
        del document["proof"]
        signed = sign(document, diploma.key.secret, f"did:web:tadrib.example#{diploma.key.name}", diploma.issued_at)
        assert findings.of_document(json.dumps(signed).encode()).finding == "altered"
