"""What arrives is bounded and cleaned before a view sees it."""

import json
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from takwin.ui import fields as forms
from takwin.ui.intake import CleanIntake, cleaned, length
from takwin.ui.pages import safe_next

POISONED = [
    "/\x00",
    "/programmes/%00/",
    "/centres/a%00b/",
    "/?q=%00",
    "/programmes/?q=a%00",
    "/?%00=1",
    "/centres/?page=%00",
]


class Form(forms.Form):
    name = forms.CharField(required=False)
    words = forms.CharField(required=False, widget=forms.Textarea)
    seats = forms.IntegerField(required=False)
    mark = forms.DecimalField(required=False, max_digits=4, decimal_places=2)
    on = forms.DateField(required=False)
    at = forms.DateTimeField(required=False)
    hour = forms.TimeField(required=False)
    ref = forms.RefField(required=False)
    email = forms.EmailField(required=False)


def read(**fields):
    form = Form(fields)
    return form.cleaned_data if form.is_valid() else dict.fromkeys(form.errors)


class TestFields:
    @pytest.mark.parametrize("typed", ["15.5", "15,5", "١٥٫٥", "١٥,٥", "۱۵٫۵"])
    def test_a_decimal_in_each_writing(self, typed):
        assert read(mark=typed)["mark"] == Decimal("15.5")

    @pytest.mark.parametrize("typed", ["15", "١٥", "۱۵", " 15 "])
    def test_a_whole_number_in_each_writing(self, typed):
        assert read(seats=typed)["seats"] == 15

    @pytest.mark.parametrize("typed", ["²", "9" * 5000, "2147483648", "-2147483649", "1e5", "1.5", "NaN", "\x00"])
    def test_no_number_and_too_large_for_a_column(self, typed):
        assert read(seats=typed) == {"seats": None}

    @pytest.mark.parametrize("typed", ["9999-12-31", "0001-01-01", "x", "2026-02-31"])
    def test_days_outside_the_window(self, typed):
        assert read(on=typed) == {"on": None}

    @pytest.mark.parametrize("typed", ["9999-12-31T23:59", "0001-01-01T00:00", "x" * 400])
    def test_instants_outside_the_window(self, typed):
        assert read(at=typed) == {"at": None}

    def test_days_and_hours_in_arabic_digits(self):
        cleaned = read(on="٢٠٢٦-١١-٢٤", at="٢٠٢٦-١١-٢٤T٠٩:٣٠", hour="٠٩:٣٠")
        assert (f"{cleaned['on']}", f"{cleaned['at']:%H:%M}", f"{cleaned['hour']:%H:%M}") == (
            "2026-11-24",
            "09:30",
            "09:30",
        )

    def test_texts_are_cleaned(self):
        cleaned = read(name="A\x01B\u202eC\nD", words="a\r\nb\x02", email="a\u200b@b.ma", ref=" dip-٣ ")
        assert (cleaned["name"], cleaned["words"], cleaned["email"], cleaned["ref"]) == (
            "ABC D",
            "a\nb",
            "a@b.ma",
            "DIP-3",
        )

    def test_a_text_has_a_bound(self):
        with pytest.raises(ValidationError):
            forms.CharField().clean("x" * (forms.MOST_TEXT + 1))

    def test_arabic_digits_can_be_typed_in_a_browser(self):
        page = str(Form())
        assert 'type="number"' not in page
        assert page.count('inputmode="numeric"') == page.count('inputmode="decimal"') == 1


@pytest.mark.django_db
class TestIntake:
    @pytest.mark.parametrize("path", POISONED)
    def test_nul_in_an_address_is_told_in_the_look_of_the_page(self, client, path):
        answer = client.get(path)
        assert answer.status_code in {400, 404}
        assert '<html lang="ar" dir="rtl">' in answer.content.decode()

    def test_in_the_language_of_the_reader(self, client):
        assert "n’a pas pu être lu" in client.get("/fr/programmes/?q=%00").content.decode()

    def test_a_query_of_any_length(self, client):
        assert client.get("/programmes/?q=" + "x" * 9000).status_code == 400

    def test_a_cookie_with_nul_opens_nothing(self, client):
        client.cookies["sessionid"] = "a\x00bcdefghijk"
        assert client.get("/apply/").status_code == 302

    def test_a_body_too_large_is_not_read(self):
        answer = Client().post("/verify/", {"text": "x"}, CONTENT_LENGTH=str(10**12))
        assert answer.status_code == 413
        assert 'dir="rtl"' in answer.content.decode()

    @pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
    def test_a_text_too_large_on_a_page_that_takes_larger_files(self, client, kind):
        body = "x" * 3_000_000
        part = f'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n{body}\r\n--x--\r\n'
        answer = client.generic("POST", "/verify/", part if "boundary" in kind else f"text={body}", content_type=kind)
        assert answer.status_code == 413
        assert "كيلوبايت" in answer.content.decode()

    def test_too_many_fields(self, client):
        answer = client.post("/verify/", {f"f{n}": "1" for n in range(4100)})
        assert answer.status_code == 400
        assert 'dir="rtl"' in answer.content.decode()

    @pytest.mark.parametrize("body", [b"--x\r\nbad", b"", b"--x--"])
    def test_a_broken_body(self, client, body):
        answer = client.generic("POST", "/verify/", body, content_type="multipart/form-data; boundary=x")
        assert answer.status_code in {200, 400}

    def test_a_host_of_nobody(self, client):
        assert client.get("/", headers={"host": "evil.example"}).status_code == 400


class TestCleaning:
    def test_texts_of_a_form_but_not_a_password(self, rf):
        request = rf.post(
            "/", {"name": "A\x01B", "password": "a\x01b\u202e", "file": SimpleUploadedFile("a\x01.pdf", b"x")}
        )
        assert CleanIntake(None).process_view(request, _view, (), {}) is None
        assert (request.POST["name"], request.POST["password"]) == ("AB", "a\x01b\u202e")
        assert "\x01" not in request.FILES["file"].name

    def test_json_is_left_to_its_view(self, rf):
        request = rf.post("/", json.dumps({"a": "\x00"}), content_type="application/json")
        assert CleanIntake(None).process_view(request, _view, (), {}) is None
        assert json.loads(request.body) == {"a": "\x00"}

    def test_nothing_is_copied_when_all_is_clean(self, rf):
        request = rf.get("/?a=1&b=c")
        assert cleaned(request.GET) is request.GET

    @pytest.mark.parametrize("content_length", ["x", "-1", "1.5", "9" * 30, "²"])
    def test_a_length_that_is_none(self, rf, content_length):
        assert length(rf.post("/", {}, CONTENT_LENGTH=content_length)) == 2**63


def _view(_request):
    return None


@pytest.mark.parametrize(
    ("address", "path"),
    [("/programmes/", "/programmes/"), ("a b", ""), ("/a b", "/a%20b"), ("//evil.example", ""),
     ("https://evil.example/", ""), ("javascript:alert(1)", ""), ("/\r\nSet-Cookie: a=b", "/%0D%0ASet-Cookie:%20a=b"),
     ("", ""), ("programmes", ""), ("/\\evil.example", ""), ("x" * 5000, "")],
)  # fmt: skip
def test_a_way_back_is_a_path_of_this_site(rf, address, path):
    assert safe_next(rf.get("/"), address) == path


CHARSETS = ["rot13", "hex", "base64", "punycode", "undefined", "idna", "utf-16", "latin-1", "none such"]


@pytest.mark.django_db
@pytest.mark.parametrize("charset", CHARSETS)
def test_no_charset_of_a_request_breaks_a_page(charset):
    client = Client()
    for address in ("/programmes/?q=a%2Bb", "/verify/?ref=a%2Bb", "/nowhere/?q=a%2Bb"):
        answer = client.generic("GET", address, b"", content_type=f"text/html; charset={charset}")
        assert answer.status_code in {200, 404}, address
    body, kind = "login=%D8%AD%D9%84%D8%A7%D9%82%D8%A9", f"application/x-www-form-urlencoded; charset={charset}"
    answer = client.generic("POST", "/accounts/login/", body, content_type=kind)
    assert 'value="حلاقة"' in answer.content.decode()
