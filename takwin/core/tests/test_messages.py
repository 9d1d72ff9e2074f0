"""The outbox: nothing twice, nothing lost, nothing late, no secret kept."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from takwin.core import messages
from takwin.core.choices import Priority
from takwin.core.errors import Refused
from takwin.core.gateways import GatewayError, HttpSms
from takwin.core.models import Entry, Outbox
from takwin.core.tests.gateway import KeptSms, http_gateway
from takwin.core.tests.threads import together

pytestmark = pytest.mark.django_db
GATEWAY = "takwin.core.tests.gateway."


def make_sms(number, body="x", **facts):
    return messages.post("sms", f"+21260000{number:04}", body, **facts)


def make_due(**only):
    Outbox.objects.filter(state="waiting", **only).update(due_at=Now() - timedelta(seconds=1))


class TestOrder:
    def test_a_code_leaves_at_once_by_its_own_key_before_all_that_waits(self):
        Outbox.objects.bulk_create(Outbox(channel="sms", to="+212600000000", body="result") for _ in range(300))
        assert messages.send_code("+212611111111", "your code is 123456", about="sign-in")
        assert [to for to, _body, _reference in KeptSms.sent] == ["+212611111111"]
        assert Outbox.objects.filter(state="waiting").count() == 300

    def test_a_code_that_failed_leaves_before_the_rest(self, settings):
        for n in (5, 6):
            make_sms(n * 10, priority=Priority.BULK)
        make_sms(70)
        settings.SMS_SENDER = GATEWAY + "DownSms"
        assert not messages.send_code("+212611111110", "code", about="sign-in")
        settings.SMS_SENDER, settings.SMS_THREADS = GATEWAY + "KeptSms", 1
        make_due()
        messages.send_waiting()
        assert [to[-2:] for to, _body, _reference in KeptSms.sent] == ["10", "70", "50", "60"]

    def test_draining_stops_at_its_bounds(self):
        for n in range(30):
            make_sms(n * 10)
        assert messages.send_waiting(seconds=0)["sent"] == 0
        assert messages.send_waiting(limit=7)["sent"] == 7
        assert messages.send_waiting()["sent"] == 23


class TestFailures:
    def test_any_exception_is_its_own_rows_and_the_rest_is_sent(self, settings):
        settings.SMS_SENDER = GATEWAY + "MoodySms"
        for n in (1, 2, 3, 4, 9, 5, 6):
            make_sms(n)
        assert messages.send_waiting() == {"sent": 2, "failed": 5}
        assert set(Outbox.objects.filter(state="sent").values_list("to", flat=True)) == {
            "+212600000005", "+212600000006",
        }  # fmt: skip
        assert Outbox.objects.get(state="failed").to == "+212600000009"  # refused for good: no second try
        waits = Outbox.objects.filter(state="waiting")
        assert waits.filter(due_at__gt=Now() + timedelta(seconds=20), tries=1, lease="").count() == 4
        assert "+2126" not in "".join(Outbox.objects.values_list("error", flat=True))

    def test_it_waits_longer_each_time_and_fails_after_the_last(self, settings):
        settings.SMS_SENDER = GATEWAY + "DownSms"
        row, waits = make_sms(1), []
        for _ in range(messages.TRIES):
            messages.send_waiting()
            row.refresh_from_db()
            waits.append(row.due_at - timezone.now())
            make_due()
        assert row.state == "failed"
        assert waits == sorted(waits)
        assert waits[-1] > timedelta(minutes=50)

    def test_a_gateway_that_is_down_is_left_alone_and_the_queue_keeps_its_tries(self, settings):
        settings.SMS_SENDER, settings.SMS_THREADS = GATEWAY + "DownSms", 1
        Outbox.objects.bulk_create(Outbox(channel="sms", to="+212600000000", body="x") for _ in range(500))
        messages.send_waiting()
        assert Outbox.objects.filter(tries=0).count() == 300

    def test_a_message_that_kills_its_senders_ends_with_the_failed(self):
        row = make_sms(5)
        for _ in range(messages.TRIES):
            assert messages._claim(1)
            make_due()
        messages.send_waiting()
        row.refresh_from_db()
        assert (row.state, row.error, KeptSms.sent) == ("failed", "worn out", [])

    def test_what_is_leased_is_not_taken_until_the_lease_ends(self):
        make_sms(5)
        assert len(messages._claim(9)) == 1
        assert messages.send_waiting()["sent"] == 0
        make_due()
        assert messages.send_waiting()["sent"] == 1

    def test_a_batch_that_outlives_its_lease_gives_its_rows_back_untried(self):
        make_sms(5)
        rows, drain = messages._claim(9), messages.Drain()
        messages._record([messages._deliver(rows[0], KeptSms(), 0.0)], drain)
        row = Outbox.objects.get()
        assert (row.tries, row.lease, row.state, drain.failed, KeptSms.sent) == (0, "", "waiting", 0, [])


class TestSecrets:
    def test_the_words_of_a_secret_are_erased_once_sent_and_of_others_kept(self):
        make_sms(5, "code 123456", secret=True)
        make_sms(6, "come on Monday")
        messages.send_waiting()
        assert sorted(Outbox.objects.values_list("body", flat=True)) == ["", "come on Monday"]

    def test_the_database_refuses_a_sent_secret_with_its_words(self):
        make_sms(5, "code", secret=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            Outbox.objects.update(state="sent", sent_at=timezone.now())

    def test_a_code_past_its_time_is_erased_and_never_sent(self):
        row = make_sms(5, "code", secret=True, lives=timedelta(minutes=15))
        Outbox.objects.update(expires_at=Now() - timedelta(seconds=1))
        assert messages.send_waiting()["sent"] == 0
        messages.erase_old()
        row.refresh_from_db()
        assert (row.state, row.body) == ("failed", "")
        with pytest.raises(Refused) as refusal:
            messages.retry_message(row, by=None)
        assert refusal.value.code == "erased"

    def test_a_failure_does_not_repeat_a_secret(self, settings):
        settings.SMS_SENDER = GATEWAY + "MoodySms"
        make_sms(1, "code 123456", secret=True)
        messages.send_waiting()
        assert Outbox.objects.get().error == "ValueError"

    def test_the_words_of_old_messages_are_erased(self):
        make_sms(5, "come on Monday")
        messages.send_waiting()
        Outbox.objects.update(sent_at=timezone.now() - timedelta(days=31))
        assert messages.erase_old() == 1
        assert Outbox.objects.get().body == ""


class TestRetry:
    def test_one_or_all_that_were_shown_wait_again_and_the_journal_says_who(self):
        boss = get_user_model().objects.create(email="boss@example.org")
        rows = [make_sms(n) for n in (5, 6, 7)]
        Outbox.objects.update(state="failed", tries=8)
        messages.retry_message(rows[0], by=boss)
        with pytest.raises(Refused):
            messages.retry_message(rows[0], by=boss)  # a second press, or another tab
        assert messages.retry_all(up_to=rows[1].pk, by=boss) == 1  # the third failed after the page was shown
        assert list(Outbox.objects.filter(~Q(state="failed")).order_by("pk").values_list("tries", flat=True)) == [0, 0]
        refs = Entry.objects.filter(by=boss, verb="retry_message").values_list("ref", flat=True)
        assert set(refs) == {rows[0].ref, "MSG-all"}


class TestHttp:
    @pytest.fixture
    def gateway(self, settings):
        settings.SMS_SENDER, settings.SMS_TOKEN = "takwin.core.gateways.HttpSms", "token"

        def given(address):
            settings.SMS_URL = address
            return HttpSms()

        return given

    def test_a_message_goes_and_the_providers_reference_is_kept(self, gateway):
        with http_gateway() as (address, seen):
            gateway(address)
            row = make_sms(5, "مرحبا")
            assert messages.send_message(row.pk)
        headers, body = seen[0]
        assert body == {"from": "takwin", "to": "+212600000005", "body": "مرحبا", "reference": row.ref}
        assert (headers["Authorization"], headers["Idempotency-Key"]) == ("Bearer token", row.ref)
        row.refresh_from_db()
        assert (row.state, row.provider_ref) == ("sent", "P-1")

    @pytest.mark.parametrize(
        ("status", "error"),
        [(400, messages.MessageRefused), (404, messages.MessageRefused), (401, GatewayError), (429, GatewayError),
         (500, GatewayError), (302, GatewayError)],
    )  # fmt: skip
    def test_a_wrong_number_is_refused_for_good_and_the_rest_may_pass(self, gateway, status, error):
        with http_gateway([(status, b"{}")]) as (address, _seen), pytest.raises(error):
            gateway(address).send("+212600000005", "x", "MSG-1")

    @pytest.mark.parametrize("answer", [b"", b"[]", b"\xff", b'{"id": null}', b'{"id": {}}', b"x" * 100_000])
    def test_a_taken_message_with_a_strange_answer_is_taken(self, gateway, answer):
        with http_gateway([(200, answer)]) as (address, _seen):
            sender = gateway(address)
            assert sender.send("+212600000005", "x", "MSG-1") == ""
            assert sender.send("+212600000005", "x", "MSG-2") == "P-2"

    def test_nobody_listens(self, gateway):
        with http_gateway() as (address, _seen):
            sender = gateway(address)
        with pytest.raises(OSError, match="refused"):
            sender.send("+212600000005", "x", "MSG-1")


@pytest.mark.django_db(transaction=True)
def test_eight_senders_at_once_send_everything_once(network, settings):
    settings.SMS_THREADS = 2
    Outbox.objects.bulk_create(Outbox(channel="sms", to="+212600000005", body="x") for _ in range(900))
    counts = together(8, lambda _n: messages.send_waiting()["sent"])
    references = [reference for _to, _body, reference in KeptSms.sent]
    assert len(references) == len(set(references)) == sum(counts) == 900
