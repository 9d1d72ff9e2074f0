"""Pages of juries, diplomas, keys and the wallet, as each visitor meets them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.accounts.tests.visitors import meet, send_away
from takwin.certification.models import Diploma, Jury, KeyWithdrawal, Share, SigningKey
from takwin.certification.tests.make import (
    MEMBERS,
    make_certification,
    make_diploma,
    make_jury,
    make_open_jury,
    make_results,
    make_signed_jury,
)
from takwin.ui.edits import SEEN
from tests.test_edits import seen_of

pytestmark = pytest.mark.django_db
HERE = {"centre": "ismss-meknes"}
PAGES = [
    ("/desk/juries/", "registrar", "counsellor", "لجان المداولات"),
    ("/desk/juries/{jury}/", "registrar", "counsellor", "لجنة مداولات"),
    ("/desk/juries/{jury}/minutes.pdf", "registrar", "counsellor", ""),
    ("/desk/juries/{jury}/progress/", "registrar", "counsellor", ""),
    ("/desk/groups/{jury_group}/jury/", "registrar", "auditor", "كوّن"),
    ("/desk/diplomas/", "registrar", "counsellor", "الدبلومات"),
    ("/desk/diplomas/{diploma}/", "registrar", "counsellor", "صالح"),
    ("/desk/diplomas/{diploma}/diploma.pdf", "registrar", "counsellor", ""),
    ("/desk/keys/", "national", "director", "did:web"),
]


@pytest.fixture
def world():
    return {name: row.ref for name, row in make_certification().items()}


@pytest.mark.parametrize(("path", "right", "wrong", "says"), PAGES, ids=[row[0] for row in PAGES])
def test_each_page_knows_its_visitors(client, world, path, right, wrong, says):
    path = path.format(**world)
    answer = meet(client, path, right, wrong, **(HERE if right == "registrar" else {}))
    assert says in (answer.content.decode() if says else "")
    if "-" in path.rsplit("/desk/", 1)[1]:
        send_away(client, path, right, centre="ismss-oujda")


@pytest.fixture
def registrar(client):
    user = make_user("reg@example.org", "registrar", **HERE)
    client.force_login(user)
    return user


def test_a_reason_that_is_refused_for_a_key_stays_on_the_page(client, world):
    client.force_login(make_user("national@example.org", "national"))
    current = SigningKey.objects.get(state="current")
    assert client.post("/desk/keys/", {"key": current.ref, "reason": "تسرّب المفتاح"}).status_code == 302
    client.force_login(
        make_user("second@example.org", "national")
    )  # an old page: it waits for a second person already
    answer = client.post("/desk/keys/", {"key": current.ref, "reason": "رأيت المفتاح منشورا"})
    assert answer.status_code == 422
    assert "رأيت المفتاح منشورا" in answer.content.decode()


class TestJuries:
    def test_a_group_with_results_waits_is_formed_opened_decided_and_signed(
        self, client, django_capture_on_commit_callbacks
    ):
        director = make_user("dir@example.org", "director", **HERE)
        client.force_login(director)
        group = make_results("14", "9.75")
        assert group.name in client.get("/desk/juries/").content.decode()
        form = {"held_on": str(timezone.localdate()), "president": director.ref, "members": "واحد"}
        wrong = client.post(f"/desk/groups/{group.ref}/jury/", form)
        assert wrong.status_code == 422
        assert client.post(f"/desk/groups/{group.ref}/jury/", form | {"members": MEMBERS}).status_code == 302
        row = Jury.objects.get()
        path = f"/desk/juries/{row.ref}/"
        present = [member.ref for member in row.members.all()]
        assert "يجب أن يحضر" in client.post(path, {"do": "open", "present": present[:1]}, follow=True).content.decode()
        client.post(path, {"do": "open", "present": present})
        low = row.verdicts.get(proposed="resit")
        client.post(path, {"do": "rule"})
        sheet = {"do": "decide", f"decision-{low.pk}": "admitted", f"words-{low.pk}": "عمل جاد"}
        assert client.post(path, sheet).status_code == 422  # without what the page showed, another's line stays
        client.post(path, sheet | {SEEN: seen_of(client, path)})
        client.post(path, {"do": "sign"})
        row.refresh_from_db()
        assert row.state == "signed"
        with django_capture_on_commit_callbacks(execute=True):
            client.post(path, {"do": "issue"})
        assert "عمل جاد" in client.get(path).content.decode()
        assert Diploma.objects.filter(state="live").count() == 2
        client.post(path, {"do": "amend", "verdict": low.pk, "decision": "resit", "words": "مراجعة"})
        assert Diploma.objects.filter(state="revoked").count() == 1

    def test_a_registrar_prepares_and_does_not_sign(self, client, registrar):
        row = make_open_jury("14")
        path = f"/desk/juries/{row.ref}/"
        client.post(path, {"do": "rule"})
        client.post(path, {"do": "sign"})
        row.refresh_from_db()
        assert row.state == "open"

    def test_a_trainee_without_a_result_is_listed_undecided_deferred_signed_or_called_off(self, client):
        director = make_user("dir@example.org", "director", **HERE)
        client.force_login(director)
        group = make_results("14", "")
        for last in ("sign", "cancel"):
            row = make_jury(group=group, president=director)
            path = f"/desk/juries/{row.ref}/"
            present = [member.ref for member in row.members.all()]
            page = client.post(path, {"do": "open", "present": present}, follow=True)
            assert page.status_code == 200
            without = row.verdicts.get(result__isnull=True)
            assert (without.proposed, without.decision) == ("deferred", "")
            assert without.enrolment.person.name in page.content.decode()
            assert client.post(path, {"do": "sign"}).status_code == 422  # two decisions are missing
            assert client.get(f"{path}minutes.pdf").status_code == 200
            if last == "sign":
                client.post(path, {"do": "cancel", "reason": ""})
                row.refresh_from_db()
                assert row.state == "open"
                client.post(path, {"do": "cancel", "reason": "نتيجة ناقصة"})
                row.refresh_from_db()
                assert row.state == "cancelled"
                assert client.get(path).status_code == 200
            else:
                client.post(path, {"do": "rule"})
                client.post(path, {"do": "sign"})
                row.refresh_from_db()
                assert row.state == "signed"
                assert client.get(path).status_code == 200

    def test_a_sheet_with_two_bad_decisions_forgets_nothing_and_signing_keeps_what_is_typed(self, client):
        director = make_user("dir@example.org", "director", **HERE)
        client.force_login(director)
        row = make_open_jury("14", "9.75", "3", president=director)
        path = f"/desk/juries/{row.ref}/"
        low = row.verdicts.get(result__average=975)
        lowest = row.verdicts.get(result__average=300)
        good = row.verdicts.get(result__average=1400)
        sheet = {
            f"decision-{good.pk}": "admitted", f"words-{good.pk}": "", f"decision-{low.pk}": "admitted",
            f"words-{low.pk}": "", f"decision-{lowest.pk}": "admitted", f"words-{lowest.pk}": "رغم كل شيء",
            "remarks": "ملاحظة طويلة",
        }  # fmt: skip
        for button in ("decide", "rule", "pull", "sign"):
            answer = client.post(path, sheet | {"do": button})
            page = answer.content.decode()
            assert answer.status_code == 422
            assert "رغم كل شيء" in page
            assert "ملاحظة طويلة" in page
            assert page.count('aria-invalid="true"') == 2
            assert row.verdicts.exclude(decision="").count() == 0
        sheet |= {f"words-{low.pk}": "عمل جاد", f"decision-{lowest.pk}": lowest.proposed, f"words-{lowest.pk}": ""}
        assert client.post(path, sheet | {"do": "decide", f"decision-{good.pk}": "perhaps"}).status_code == 422
        assert client.post(path, sheet | {"do": "sign"}).status_code == 302
        low.refresh_from_db()
        row.refresh_from_db()
        assert (row.state, low.decision, low.words, row.remarks) == ("signed", "admitted", "عمل جاد", "ملاحظة طويلة")

    def test_an_auditor_changes_nothing(self, client):
        row = make_open_jury("14")
        client.force_login(make_user("audit@example.org", "auditor"))
        client.post(f"/desk/juries/{row.ref}/", {"do": "rule"})
        assert row.verdicts.get().decision == ""

    def test_lists_download_and_filter(self, client, registrar):
        row = make_signed_jury("14")
        assert client.get("/desk/juries/?format=json").json()[0]["ref"] == row.ref
        assert client.get("/desk/juries/?state=formed&format=json").json() == []


class TestDiplomas:
    def test_suspended_restored_revoked_from_its_page(self, client):
        diploma = make_diploma("14")
        client.force_login(make_user("dir@example.org", "director", **HERE))
        path = f"/desk/diplomas/{diploma.ref}/"
        assert client.post(path, {"do": "suspend_diploma", "reason": ""}).status_code == 422
        client.post(path, {"do": "suspend_diploma", "reason": "inquiry", "words": "تحقق"})
        client.post(path, {"do": "restore"})
        client.post(path, {"do": "revoke_diploma", "reason": "fraud"})
        diploma.refresh_from_db()
        assert diploma.state == "revoked"
        assert "تحقق" in client.get(path).content.decode()

    def test_who_may_not_revoke_cannot(self, client, registrar):
        diploma = make_diploma("14")
        client.post(f"/desk/diplomas/{diploma.ref}/", {"do": "revoke_diploma", "reason": "fraud"})
        diploma.refresh_from_db()
        assert diploma.state == "live"

    def test_all_that_is_due_is_signed_by_one_button(self, client, registrar, django_capture_on_commit_callbacks):
        make_signed_jury("14", "13")
        with django_capture_on_commit_callbacks(execute=True):
            page = client.post("/desk/diplomas/", follow=True).content.decode()
        assert Diploma.objects.filter(state="live").count() == 2
        assert "بدأ التوقيع" in page
        assert "لكل متدرب" in client.post("/desk/diplomas/", follow=True).content.decode()
        rows = client.get("/desk/diplomas/?format=json&q=أمزيان").json()
        assert len(rows) == 2

    def test_a_new_key_and_an_old_one_withdrawn(self, client):
        make_diploma("14")
        client.force_login(make_user("nat@example.org", "national"))
        client.post("/desk/keys/", {"do": "rotate"})
        old = SigningKey.objects.get(state="retired")
        client.post("/desk/keys/", {"key": old.ref, "reason": ""})
        client.post("/desk/keys/", {"key": old.ref, "reason": "تسرب"})
        asked = KeyWithdrawal.objects.get()
        client.post("/desk/keys/", {"do": "accept", "withdrawal": asked.ref})
        old.refresh_from_db()
        assert old.state == "retired"
        client.force_login(make_user("second@example.org", "national"))
        page = client.get("/desk/keys/").content.decode()
        assert asked.ref in page
        assert old.secret[:30] not in page
        client.post("/desk/keys/", {"do": "accept", "withdrawal": asked.ref})
        old.refresh_from_db()
        assert old.state == "withdrawn"
        assert client.post("/desk/keys/", {"do": "accept", "withdrawal": "KWD-0"}).status_code == 404


class TestWallet:
    @pytest.fixture
    def holder(self, client):
        diploma = make_diploma("14")
        user = make_user("holder@example.org")
        diploma.enrolment.person.account = user
        diploma.enrolment.person.save()
        client.force_login(user)
        return diploma

    def test_an_empty_wallet_says_what_comes(self, client):
        client.force_login(make_user("new@example.org"))
        assert "لا دبلوم بعد" in client.get("/wallet/").content.decode()

    def test_the_holder_shows_downloads_and_shares(self, client, holder):
        assert holder.title in client.get("/wallet/").content.decode()
        path = f"/wallet/{holder.ref}/"
        assert "صالح" in client.get(path).content.decode()
        assert client.get(f"{path}diploma.pdf").content.startswith(b"%PDF")
        assert client.get(f"{path}credential.json").content.decode() == holder.credential
        assert client.post(path, {"until_on": "2001-01-01"}).status_code == 422
        until = timezone.localdate() + timedelta(days=3)
        page = client.post(path, {"until_on": str(until), "words": "شركة"}, follow=True).content.decode()
        assert "/shared/" in page
        client.post(path, {"withdraw": Share.objects.get().ref})
        assert Share.objects.get().state == "withdrawn"

    def test_a_certificate_of_a_module_is_had_once(self, client, holder):
        code = holder.facts["lines"][0]["code"]
        client.post("/wallet/", {"module": f"{holder.enrolment.ref}:{code}"})
        client.post("/wallet/", {"module": f"{holder.enrolment.ref}:{code}"})
        assert Diploma.objects.filter(kind="module").count() == 1

    def test_a_stranger_gets_404_for_every_file(self, client, holder):
        share_of = f"/wallet/{holder.ref}/"
        client.force_login(make_user("other@example.org"))
        for tail in ("", "diploma.pdf", "credential.json", "elmo.xml", "elm.json"):
            assert client.get(f"{share_of}{tail}").status_code == 404
        client.logout()
        assert client.get(share_of).status_code == 302
