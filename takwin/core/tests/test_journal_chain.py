"""The chain of the journal sees a line that was changed, removed, or put in between."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from takwin.core import journal_chain
from takwin.core.changes import journal
from takwin.core.models import Entry, Seal
from takwin.core.tests.threads import together


def write_lines(count: int) -> list[Entry]:
    user = get_user_model().objects.create_user("writer@example.org")
    return [journal(user, "correct", by=user, changed={"name": ["ا", f"ب{n}"]}, mark=n / 3) for n in range(count)]


@pytest.mark.django_db
class TestChain:
    def test_lines_are_sealed_once_and_the_chain_holds(self, monkeypatch):
        monkeypatch.setattr(journal_chain, "BATCH", 3)
        already = Entry.objects.filter(seal=None).count()
        write_lines(7)
        assert journal_chain.seal_journal() == already + 7
        assert journal_chain.seal_journal() == 0
        report = journal_chain.check_journal()
        assert (report.faults, report.waiting, report.lines) == ((), 0, already + 7)
        assert report.seals == -(-(already + 7) // 3)

    @pytest.mark.parametrize("harm", ["edit", "remove", "insert", "move", "cut"])
    def test_harm_is_seen(self, harm, monkeypatch):
        monkeypatch.setattr(journal_chain, "BATCH", 2)
        lines = write_lines(6)
        journal_chain.seal_journal()
        head = journal_chain.check_journal().head
        middle = Entry.objects.get(pk=lines[2].pk)
        if harm == "edit":
            Entry.objects.filter(pk=middle.pk).update(data={"mark": 20})
        elif harm == "remove":
            middle.delete()
        elif harm == "insert":
            Entry.objects.create(ref=middle.ref, verb="correct", seal=middle.seal)
        elif harm == "move":
            Entry.objects.filter(pk=middle.pk).update(by=None)
        else:
            last = Seal.objects.order_by("-number").first()
            Entry.objects.filter(seal=last).delete()
            last.delete()
            assert journal_chain.check_journal().faults == ()  # a clean cut shows only beside a head noted elsewhere
        assert journal_chain.check_journal(head).faults != ()

    def test_the_command_prints_a_head_and_fails_on_harm(self):
        lines = write_lines(2)
        journal_chain.seal_journal()
        out = StringIO()
        call_command("check_journal", stdout=out)
        head = out.getvalue().split("head ")[1].strip()
        call_command("check_journal", head=head, stdout=out)
        with pytest.raises(CommandError, match="not in the chain"):
            call_command("check_journal", head="1:" + "0" * 64, stdout=out)
        Entry.objects.filter(pk=lines[0].pk).update(verb="sign")
        with pytest.raises(CommandError, match="does not match"):
            call_command("check_journal", stdout=out)


@pytest.mark.django_db(transaction=True)
def test_two_that_seal_at_once_leave_one_chain(network):
    write_lines(4)
    together(4, lambda _n: journal_chain.seal_journal())
    journal_chain.seal_journal()
    report = journal_chain.check_journal()
    assert (report.faults, report.waiting) == ((), 0)
