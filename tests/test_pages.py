"""Every page met by the visitors it must know: nobody, someone without a role, the wrong role, another place, here."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from takwin.accounts.tests.make import make_user
from takwin.accounts.tests.visitors import QUERIES, meet
from takwin.admissions import selectors, services, tokens
from takwin.admissions.tests.make import (
    make_application,
    make_correction,
    make_published,
    make_revealed,
    make_run,
    make_submitted,
    sign,
)
from takwin.guidance.tests.make import make_guidance
from takwin.offer.services import close_season
from takwin.offer.tests.make import make_offering, make_season
from takwin.training.tests.make import make_training
from takwin.ui.edits import SEEN
from tests.test_edits import seen_of

pytestmark = pytest.mark.django_db
PUBLIC = [
    ("/", "اختر مهنة"), ("/season/", "التواريخ"), ("/season/2024-2025/", "التواريخ"), ("/centres/", "مراكز الشبكة"),
    ("/centres/?region=marrakech-safi", "إقليم"), ("/centres/?near=مكناس&km=50", "في حدود"),
    ("/centres/cmc-marrakech-safi/", "الأقطاب"), ("/programmes/", "ابحث عن شعبة"),
    ("/programmes/?q=مساعد صيدلي", "تقني مساعد صيدلي"), ("/programmes/pharmacy-assistant/", "شروط الولوج"),
    ("/figures/", "أرقام مفتوحة"), ("/figures/checks/", "لا يصح"), ("/figures/uncertain/", "قيم غير مؤكدة"),
    ("/sources/s1/", "الناشر"), ("/projects/", "المشاريع"), ("/agreements/", "اتفاقيات"), ("/open-data/", "واجهة"),
    ("/allocation/", "التوزيع مفتوح للجميع"), ("/_ui/", "المكونات"), ("/occupations/", "المهن"),
    ("/occupations/7212/", "اللحامون"), ("/guidance/", "ابحث عن المهنة"), ("/guidance/test/", "ماذا تحب أن تعمل"),
    ("/guidance/test/how/", "كيف يحسب"), ("/guidance/about/", "عنك"), ("/guidance/advice/", "الشعب بترتيبك"),
    ("/guidance/advice/how/", "كيف تُرتب"), ("/guidance/appointments/", "قابل مستشارا"),
    ("/guidance/appointments/guidance-fes/", "مركز التوجيه"), ("/guidance/open-days/", "أبواب مفتوحة"),
    ("/training/results/rule/", "كيف تُحسب"), ("/verify/", "تحقق من دبلوم"),
    ("/accounts/login/", "دخول"), ("/accounts/signup/", "أنشئ حسابا"),
]  # fmt: skip


@pytest.fixture
def world():
    """A season with an offering at Meknès, a submitted application, one run under review."""
    season = make_season()
    offering = make_offering(season, centre="ismss-meknes")
    application = make_submitted(season, "candidate@example.org", [offering])
    services.count_demand(season)
    about = {"person": application.person, "correction": make_correction(application.person)}
    here = {"season": season, "offering": offering, "application": application}
    return here | about | make_guidance() | make_training()


class TestPortal:
    @pytest.mark.parametrize(("path", "sentence"), PUBLIC, ids=[path for path, _ in PUBLIC])
    def test_anyone_reads_it_in_three_languages_within_the_ceiling(self, client, world, path, sentence):
        client.get("/")  # fills the caches of a fresh process
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.get(path)
        assert answer.status_code == 200
        assert sentence in answer.content.decode()
        assert 'dir="rtl"' in answer.content.decode()
        assert len(queries) <= QUERIES, [q["sql"][:120] for q in queries]
        for code in ("fr", "en"):
            other = client.get(f"/{code}{path}")
            assert other.status_code == 200
            assert f'lang="{code}" dir="ltr"' in other.content.decode()

    @pytest.mark.parametrize(
        "path", ["/centres/nowhere/", "/programmes/nothing/", "/sources/s9/", "/season/1999-2000/"]
    )
    def test_what_is_not_there_is_404(self, client, world, path):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "هذه الصفحة غير موجودة" in answer.content.decode()

    def test_an_empty_network_says_so(self, client):
        for path in (
            "/",
            "/season/",
            "/programmes/?q=xyzzy",
            "/centres/?q=xyzzy",
            "/centres/?near=xyzzy",
            "/figures/?q=xyzzy",
        ):
            assert client.get(path).status_code == 200
        assert "لا موسم" in client.get("/season/").content.decode()

    @pytest.mark.parametrize(
        "query", ["مُساعِدُ صيدليٍّ", "مساعد صيدلى", "صيدلي", "pharmacie", "Pharmacie préparateur assistant"]
    )
    def test_search_folds_what_people_type(self, client, world, query):
        assert "pharmacy-assistant" in client.get("/programmes/", {"q": query}).content.decode()

    @pytest.mark.parametrize(
        "name", ["centres", "programmes", "figures", "figures/checks", "figures/uncertain", "projects", "agreements"]
    )
    def test_every_list_downloads_in_three_formats(self, client, world, name):
        import csv
        import io

        from openpyxl import load_workbook

        def body(wanted):
            answer = client.get(f"/{name}/", {"format": wanted})
            assert "attachment" in answer["Content-Disposition"]
            return b"".join(answer.streaming_content) if answer.streaming else answer.content

        plain = body("csv").decode("utf-8-sig")
        rows = json.loads(body("json"))
        assert len(rows) >= 31
        assert set(rows[0]) == set(next(csv.reader([plain.splitlines()[0]])))
        sheet = load_workbook(io.BytesIO(body("xlsx"))).active
        assert sheet.max_row == len(rows) + 1

    def test_a_simulated_row_is_marked(self, client, world):
        world["season"].simulated = True
        world["season"].save()
        assert "simulated" in client.get("/").content.decode()

    def test_machines_find_their_pages(self, client, world):
        page = client.get("/centres/cmc-marrakech-safi/").content.decode()
        block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page).group(1)
        assert json.loads(block)["@type"] == "EducationalOrganization"
        assert "/fr/centres/cmc-marrakech-safi/" in client.get("/sitemap.xml").content.decode()
        assert "Sitemap:" in client.get("/robots.txt").content.decode()
        ready = client.get("/health/ready").json()
        assert (ready["ready"], ready["database"], ready["migrations"], ready["disk"]) == (True, "ok", "ok", "ok")
        assert client.get("/health/live").status_code == 200

    def test_the_policy_forbids_inline_and_eval(self, client):
        policy = client.get("/")["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "base-uri 'none'" in policy
        assert "frame-ancestors 'none'" in policy

    def test_a_file_of_the_site_carries_the_policy_too(self, client):
        answer = client.get("/static/ui/takwin.js")
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"


TRAINING = [
    (path, "training.see", "registrar", "counsellor")
    for path in (
        "/desk/training/ismss-meknes/", "/desk/training/ismss-meknes/trainees/",
        "/desk/training/ismss-meknes/staff/", "/desk/training/ismss-meknes/timetables/",
        "/desk/training/ismss-meknes/absences/", "/desk/trainees/{enrolment}/", "/desk/groups/{group}/",
        "/desk/trainers/{trainer}/", "/desk/rooms/{room}/", "/desk/timetables/{timetable}/", "/desk/rolls/{roll}/",
        "/desk/timetables/{timetable}/progress/", "/desk/timetables/{timetable}/week.xlsx",
        "/desk/timetables/{timetable}/week.pdf", "/desk/groups/{group}/results/",
        "/desk/trainees/{enrolment}/transcript.pdf",
        "/desk/training/ismss-meknes/house/", "/desk/training/ismss-meknes/continuing/",
        "/desk/training/ismss-meknes/companies/", "/desk/companies/{company}/", "/desk/placements/{placement}/",
        "/desk/contracts/{contract}/", "/desk/curricula/", "/desk/curricula/{curriculum}/",
    )
]  # fmt: skip
TRAINING += [
    ("/desk/training/", "training.see", "national", "counsellor"),
    ("/desk/sessions/{session}/", "training.run", "registrar", "auditor"),
    ("/desk/trainees/{enrolment}/bind/placement/", "training.run", "registrar", "auditor"),
    ("/desk/excuses/{excuse}/proof/", "training.run", "registrar", "auditor"),
    ("/training/rolls/", "training.teach", "trainer", "registrar"),
    ("/training/marks/", "training.teach", "trainer", "registrar"),
]
DESK = [
    ("/desk/", "desk.open", "national", "auditor"),
    ("/desk/report/", "reporting.see", "national", "counsellor"),
    ("/desk/journal/", "journal.audit", "auditor", "registrar"),
    ("/desk/security/", "journal.audit", "auditor", "registrar"),
    ("/desk/roles/", "accounts.grant", "national", "auditor"),
    ("/desk/centres/", "centres.see", "registrar", None),
    ("/desk/centres/ismss-meknes/", "centres.see", "registrar", None),
    ("/desk/offerings/", "offer.see", "registrar", None),
    ("/desk/offerings/{offering}/", "offer.see", "registrar", None),
    ("/desk/offerings/import/", "offer.import", "registrar", "auditor"),
    ("/desk/applications/", "admissions.see", "registrar", "counsellor"),
    ("/desk/applications/{application}/", "admissions.see", "registrar", "counsellor"),
    ("/desk/corrections/", "people.correct", "registrar", "counsellor"),
    ("/desk/corrections/{correction}/", "people.correct", "registrar", "auditor"),
    ("/desk/cards/{person}/", "people.correct", "registrar", "counsellor"),
    ("/desk/allocation/", "admissions.allocate", "national", "regional"),
    ("/desk/allocation/draw/2024-2025/", "admissions.publish", "national", "regional"),
    ("/desk/reserves/{offering}/", "admissions.allocate", "national", "regional"),
    ("/desk/committees/", "admissions.form", "national", "regional"),
    ("/desk/scoring/", "admissions.score", "scorer", "national"),
    ("/desk/assist/", "admissions.assist", "counsellor", "national"),
    ("/desk/guidance/", "guidance.follow", "counsellor", "national"),
    ("/desk/guidance/book/", "guidance.follow", "counsellor", "national"),
    ("/desk/guidance/hours/", "guidance.follow", "counsellor", "national"),
    ("/desk/guidance/appointments/{appointment}/", "guidance.follow", "counsellor", "national"),
    ("/desk/guidance/follow-ups/", "guidance.follow", "counsellor", "national"),
    ("/desk/guidance/follow-ups/{case}/", "guidance.follow", "counsellor", "national"),
    ("/desk/guidance/follow-ups/{case}/notes/", "guidance.notes", "head", "counsellor"),
    ("/desk/guidance/open-days/", "guidance.follow", "counsellor", "national"),
    ("/desk/guidance/open-days/{day}/", "guidance.follow", "counsellor", "national"),
    *TRAINING,
    ("/desk/guidance/boards/", "guidance.board", "national", "registrar"),
    ("/desk/guidance/boards/guidance-fes/", "guidance.board", "national", "registrar"),
]


def address(path, world):
    return path.format(**{name: row.ref for name, row in world.items() if name != "season"})


class TestDesk:
    @pytest.mark.parametrize(("path", "capability", "right", "wrong"), DESK, ids=[row[0] for row in DESK])
    def test_five_visitors(self, client, world, path, capability, right, wrong):
        meknes = {"centre": "ismss-meknes"}
        here = {
            "registrar": meknes, "scorer": meknes, "trainer": meknes, "counsellor": {"area": "fes-meknes"},
            "head": {"area": "fes-meknes"},
        }.get(right, {})  # fmt: skip
        meet(client, address(path, world), right, None if path == "/desk/" else wrong, **here)

    @pytest.mark.parametrize(
        "path", ["/desk/centres/ismss-meknes/", "/desk/offerings/{offering}/", "/desk/applications/{application}/"]
    )
    def test_a_stranger_of_the_right_role_gets_404(self, client, world, path):
        client.force_login(make_user("else@example.org", "registrar", centre="ismss-oujda"))
        assert client.get(address(path, world)).status_code == 404
        client.force_login(make_user("region@example.org", "regional", area="oriental"))
        assert client.get(address(path, world)).status_code == 404
        assert client.post(address(path, world), {"do": "close", "reason": "x"}).status_code in {404, 405}
        assert world["offering"].__class__.objects.get().state == "open"

    def test_lists_hold_only_what_the_scope_holds(self, client, world):
        make_offering(world["season"], centre="ismss-oujda")
        client.force_login(make_user("meknes@example.org", "registrar", centre="ismss-meknes"))
        page = client.get("/desk/offerings/?format=json").json()
        assert {row["centre"] for row in page} == {"ismss-meknes"}
        client.force_login(make_user("oriental@example.org", "regional", area="oriental"))
        assert {row["centre"] for row in client.get("/desk/offerings/?format=json").json()} == {"ismss-oujda"}
        assert client.get("/desk/applications/?format=json").json() == []

    def test_an_auditor_reads_and_cannot_write(self, client, world):
        client.force_login(make_user("audit@example.org", "auditor"))
        path = address("/desk/offerings/{offering}/", world)
        assert "set_seats" not in client.get(path).content.decode()
        assert client.post(path, {"do": "close", "reason": "x"}).status_code == 403
        assert client.post("/desk/centres/ismss-meknes/", {"reason": "x"}).status_code == 403

    def test_seats_are_edited_and_the_journal_is_on_the_page(self, client, world):
        client.force_login(make_user("reg@example.org", "registrar", centre="ismss-meknes"))
        path = address("/desk/offerings/{offering}/", world)
        bad = {
            "do": "seats",
            "capacity": 60,
            "first_year": 30,
            "seats": 31,
            "reason": "x",
            SEEN: seen_of(client, path),
        }
        assert "31" in client.post(path, bad).content.decode()
        assert client.post(path, bad | {"seats": 28, "reason": "فوج ثان"}).status_code == 302
        page = client.get(path).content.decode()
        assert "فوج ثان" in page
        assert "reg@example.org" in page

    def test_a_file_is_previewed_then_written(self, client, world):
        from django.core.files.uploadedfile import SimpleUploadedFile

        client.force_login(make_user("reg@example.org", "registrar", centre="ismss-meknes"))
        head, tail = "centre,programme,mode,capacity,first_year,seats\n", ",medical-secretary,initial,20,10,9\n"
        text = f"{head}ismss-meknes{tail}ismss-oujda{tail}"

        def send(content, dry):
            data = {"file": SimpleUploadedFile("x.csv", content.encode())} | ({"dry_run": "on"} if dry else {})
            return client.post("/desk/offerings/import/", data)

        page = send(text, True).content.decode()
        assert "ismss-oujda" in page
        assert "خارج نطاقك" in page
        assert send(text, False).status_code == 422
        assert world["season"].offerings.count() == 1
        assert send("\n".join(text.split("\n")[:2]), False).status_code == 302
        assert world["season"].offerings.count() == 2


class TestAllocationDesk:
    def test_close_calculate_publish_and_the_candidate_reads(self, client, world):
        client.force_login(make_user("boss@example.org", "national"))
        client.post("/desk/allocation/", {"close": "1"})
        make_revealed(world["season"])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("django.db.transaction.on_commit", lambda f, **_k: f())
            answer = client.post("/desk/allocation/", {"allocate": "1"})
        path = answer.url
        assert client.get(f"{path}progress/").json() == {"percent": 100, "step": "", "ended": True}
        page = client.get(path).content.decode()
        assert "لا أحد يتقدمه" in page
        client.post(f"{path}publish/")
        assert "شخصان مختلفان" in client.get(path).content.decode()
        client.post(f"{path}sign/")
        client.post(f"{path}sign/")  # the same person twice is one signature
        client.force_login(make_user("deputy@example.org", "national"))
        assert "انشر النتائج" not in client.get(path).content.decode()
        client.post(f"{path}sign/")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("django.db.transaction.on_commit", lambda f, **_k: f())
            assert client.post(f"{path}publish/").status_code == 302
        client.force_login(world["application"].person.account)
        page = client.get("/apply/", follow=True).content.decode()
        assert "لماذا هذه النتيجة؟" in page
        assert client.post("/apply/move/confirm/").status_code == 302
        assert world["application"].__class__.objects.get().state == "confirmed"

    def test_a_run_is_public_once_published_and_not_before(self, client, world):
        run = make_run(close_season(world["season"], by=None))
        paths = [
            f"/allocation/{run.ref}/",
            f"/allocation/{run.ref}/certificate.json",
            f"/allocation/{run.ref}/files.zip",
        ]
        assert [client.get(path).status_code for path in paths] == [404] * 3
        services.publish(sign(run), by=None)
        assert [client.get(path).status_code for path in paths] == [200] * 3
        page = client.get(paths[0]).content.decode()
        assert "البذرة هي التي خُتمت" in page
        assert client.get(paths[1]).json()["properties"]["envy"]["held"]
        assert run.seed in page
        assert run.ref in client.get("/allocation/").content.decode()

    def test_a_stranger_finds_no_result_without_its_mark(self, client, world):
        application = world["application"]
        make_published(close_season(world["season"], by=None))
        signed = tokens.token(application.ref)
        page = client.get(f"/r/{signed}/")
        assert page.status_code == 200
        assert application.person.family_name not in page.content.decode()
        assert page["X-Robots-Tag"] == "noindex"
        for wrong in (signed[:-1] + ("A" if signed[-1] != "A" else "B"), application.ref, "x"):
            assert client.get(f"/r/{wrong}/").status_code == 404

    def test_a_member_scores_their_own_committee_and_others_are_404(self, client, world):
        members = [make_user(f"m{n}@example.org", "scorer", centre="ismss-meknes") for n in range(3)]
        services.form_committee(world["offering"], method="test", members=members[:2], by=None)
        room = selectors.committees(members[0])[0]
        path = f"/desk/scoring/{room.ref}/"
        client.force_login(members[2])
        assert client.get(path).status_code == 404
        client.force_login(members[0])
        assert client.get(path).status_code == 200
        client.post(path, {"ref": world["application"].ref, "value": "15,25"})
        assert room.scores.get().value == 1525
        assert client.post(path, {"ref": "ADM-NOBODY", "value": "1"}).status_code == 404
        client.post(path, {"ref": world["application"].ref, "move": "aside", "reason": "cousin"})
        assert room.scores.get().value is None

    def test_a_reserve_and_a_committee_are_made_at_the_desk(self, client, world):
        client.force_login(make_user("boss@example.org", "national"))
        path = f"/desk/reserves/{world['offering'].ref}/"
        assert "99" in client.post(path, {"group": "girls", "seats": 99}).content.decode()
        assert client.post(path, {"group": "girls", "seats": 1, "source": "s0"}).status_code == 302
        assert world["offering"].reserves.get().seats == 1
        for name in ("m1", "m2"):
            make_user(f"{name}@example.org", "scorer", centre="ismss-meknes")
        form = {"offering": world["offering"].ref, "method": "test", "members": "m1@example.org\nnobody@example.org"}
        assert "nobody@example.org" in client.post("/desk/committees/", form).content.decode()
        form["members"] = "m1@example.org boss@example.org"
        assert client.post("/desk/committees/", form).status_code == 422
        form["members"] = "m1@example.org m2@example.org"
        assert client.post("/desk/committees/", form).status_code == 302
        page = client.get("/desk/committees/").content.decode()
        path = page.split('action="/desk/committees/')[1].split('"')[0]
        wrong = client.post(f"/desk/committees/{path}", {"reason": " "})
        assert wrong.status_code == 422
        assert client.post(f"/desk/committees/{path}", {"reason": "لم تجتمع"}).status_code == 302
        assert world["offering"].committee.state == "dissolved"

    def test_the_automatic_answer_is_chosen_on_the_application(self, client, world):
        application = world["application"]
        client.force_login(application.person.account)
        client.post("/apply/automatic/", {"auto_answer": "keep"})
        application.refresh_from_db()
        assert application.auto_answer == "keep"
        assert client.get("/apply/late/").status_code == 200

    def test_what_other_seats_would_change_is_shown_and_nothing_written(self, client, world):
        others = [
            make_submitted(world["season"], f"x{n}@example.org", [world["offering"]], average=900) for n in range(3)
        ]
        type(world["offering"]).objects.filter(pk=world["offering"].pk).update(seats=2)
        run = make_run(close_season(world["season"], by=None))
        client.force_login(make_user("boss@example.org", "national"))
        path, ref = f"/desk/allocation/{run.ref}/what-if/", world["offering"].ref
        assert client.get(path).status_code == 200
        answer = client.get(path, {"lines": f"{ref} 3\n{ref} 0"})
        assert [(scenario.more, scenario.better, scenario.worse) for scenario, _row in answer.context["rows"]] == [
            (1, 1, 0),
            (-2, 0, 2),
        ]
        for lines in ("nonsense", f"{ref} many", "OFF-NOWHERE 3", f"{ref} 1\n" * 21):
            assert client.get(path, {"lines": lines}).context["form"].errors
        assert {row.state for row in type(others[0]).objects.all()} == {"submitted"}
        client.force_login(make_user("region@example.org", "regional", area="fes-meknes"))
        assert client.get(path).status_code == 403

    def test_a_regional_manager_cannot_publish(self, client, world):
        run = sign(make_run(close_season(world["season"], by=None)))
        client.force_login(make_user("region@example.org", "regional", area="fes-meknes"))
        assert client.post(f"/desk/allocation/{run.ref}/publish/").status_code == 403


class TestCandidate:
    def test_a_stranger_reads_nothing_of_another_file(self, client, world):
        from django.core.files.uploadedfile import SimpleUploadedFile

        season = world["season"]
        mine = make_application(season, "mine@example.org")
        by = mine.person.account
        document = services.join_document(mine, kind="marks", file=SimpleUploadedFile("x.pdf", b"%PDF-1"), by=by)
        client.force_login(by)
        assert b"".join(client.get(f"/apply/documents/{document.ref}/").streaming_content) == b"%PDF-1"
        client.force_login(world["application"].person.account)
        assert client.get(f"/apply/documents/{document.ref}/").status_code == 404
        assert client.post(f"/apply/documents/{document.ref}/").status_code == 404

    def test_the_desk_of_the_centre_reads_a_document_and_the_journal_says_so(self, client, world):
        from django.core.files.uploadedfile import SimpleUploadedFile

        application = services.reopen(world["application"], by=None)
        file = SimpleUploadedFile("x.pdf", b"%PDF-1")
        document = services.join_document(application, kind="marks", file=file, by=None)
        path = f"/desk/applications/{application.ref}/documents/{document.ref}/"
        client.force_login(make_user("else@example.org", "registrar", centre="ismss-oujda"))
        assert client.get(path).status_code == 404
        client.force_login(make_user("here@example.org", "registrar", centre="ismss-meknes"))
        assert b"".join(client.get(path).streaming_content) == b"%PDF-1"
        assert "here@example.org" in client.get(f"/desk/applications/{application.ref}/").content.decode()

    def test_a_receipt_is_checked_by_anyone_and_an_altered_one_is_not(self, client, world):
        from takwin.admissions.views.receipt import check_url

        path = check_url(world["application"]).split("8000")[1]
        page = client.get(path).content.decode()
        assert "هذا الوصل صحيح" in page
        assert world["application"].person.family_name not in page
        assert client.get(path[:-3] + "xx/").status_code == 404
        application = services.reopen(world["application"], by=None)
        assert "استُبدل" in client.get(path).content.decode()
        assert application.state == "draft"

    def test_a_wish_waits_while_the_file_is_begun(self, client, world):
        client.force_login(make_user("new@example.org", phone="+212661234567"))
        assert client.post("/apply/wishes/add/", {"offering": world["offering"].ref}).url == "/apply/"
        from takwin.territory.models import Area

        commune = Area.objects.communes().first().code
        identity = {
            "given_name": "علي",
            "family_name": "حجي",
            "sex": "male",
            "born_on": "2005-01-01",
            "commune": commune,
        }
        assert client.post("/apply/", identity).url == "/apply/schooling/"
        from takwin.people.models import Person

        assert Person.objects.get(account__email="new@example.org").phone == "+212661234567"
        answer = client.post(
            "/apply/schooling/", {"schooling": "bac", "average": "14,5", "stream": "physics", "diploma": "none"}
        )
        assert answer.url == "/apply/wishes/"
        assert "تقني مساعد صيدلي" in client.get("/apply/wishes/").content.decode()

    def test_a_counsellor_writes_for_someone_and_only_for_theirs(self, client, world):
        from takwin.territory.models import Area

        client.force_login(make_user("k@example.org", "counsellor", area="fes-meknes"))
        who = {"given_name": "مريم", "family_name": "حجي", "sex": "female", "born_on": "2005-01-01",
               "commune": Area.objects.communes().first().code, "phone": "0612345678"}  # fmt: skip
        assert "موافقة الشخص" in client.post("/desk/assist/", who).content.decode()
        answer = client.post("/desk/assist/", who | {"consented": "on"})
        assert answer.url.startswith("/desk/assist/ADM-")
        assert "مريم حجي" in client.get(answer.url).content.decode()
        assert client.get(f"/desk/assist/{world['application'].ref}/").status_code == 404
        assert "مريم حجي" not in client.get("/apply/").content.decode()
