"""The journal, the outbox, and the jobs one can watch."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from takwin.core.choices import Channel, JobState, MessageState, Priority, state_check
from takwin.core.fields import RefField
from takwin.core.second_person import SecondPersonRequest, two_persons


class Named(models.Model):
    """Names in three languages; `label` follows the active one and falls back on what is known."""

    name_ar = models.CharField(_("Arabic name"), max_length=300)
    name_fr = models.CharField(_("French name"), max_length=300, blank=True, default="")
    name_en = models.CharField(_("English name"), max_length=300, blank=True, default="")

    class Meta:
        abstract = True

    @property
    def label(self) -> str:
        chosen = {"fr": self.name_fr or self.name_en, "en": self.name_en or self.name_fr}
        return chosen.get((get_language() or "ar")[:2]) or self.name_ar or self.name_fr

    def __str__(self) -> str:
        return self.label


class Sourced(models.Model):
    """Where a fact stands: document and lines. Simulated rows say so instead."""

    source = models.CharField(_("Source"), max_length=8, blank=True, default="")
    line = models.CharField(_("Lines"), max_length=120, blank=True, default="")
    note = models.TextField(_("Note"), blank=True, default="")
    simulated = models.BooleanField(_("Simulated"), default=False, db_default=False)

    class Meta:
        abstract = True


class Seal(models.Model):
    """A link of the journal's chain: the digest of some lines and of the link before it."""

    number = models.PositiveBigIntegerField(unique=True)
    lines = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("seal of the journal")

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


class Entry(models.Model):
    """A line of the journal: who did what to which record, when, before and after. Never edited."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ref = models.CharField(max_length=80)
    verb = models.CharField(max_length=40)
    changed = models.JSONField(default=dict)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())
    seal = models.ForeignKey(Seal, models.PROTECT, null=True, editable=False, related_name="entries")

    class Meta:
        verbose_name = _("journal entry")
        indexes = [
            models.Index(fields=["ref", "-at"], name="entry_by_ref"),
            models.Index(fields=["verb", "-at"], name="entry_by_verb"),
            models.Index(fields=["-at"], name="entry_by_time"),
            models.Index(fields=["id"], condition=models.Q(seal=None), name="entry_not_sealed"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.verb}"


class Outbox(models.Model):
    """A message to the outside world, written in the transaction that decided it."""

    channel = models.CharField(max_length=8, choices=Channel)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True, default="")
    body = models.TextField(blank=True, help_text="erased once a secret is sent or past its time")
    state = models.CharField(max_length=8, choices=MessageState, default=MessageState.WAITING)
    about = models.CharField(max_length=80, blank=True, default="")
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL, db_default=Priority.NORMAL)
    secret = models.BooleanField(default=False, db_default=False, help_text="holds a code or an address that opens")
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_default=Now(), help_text="no try before; a lease and a failure put it off")
    expires_at = models.DateTimeField(null=True, help_text="of no use afterwards")
    lease = models.CharField(max_length=32, blank=True, default="", db_default="", help_text="the sender that has it")
    provider_ref = models.CharField(max_length=80, blank=True, default="", db_default="")
    error = models.CharField(max_length=200, blank=True, default="", db_default="")
    sent_at = models.DateTimeField(null=True)

    secret_fields = ("to", "body")

    class Meta:
        verbose_name = _("message")
        constraints = [
            state_check("state", MessageState, "outbox_state_is_known"),
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at__isnull=True)),
                name="outbox_sent_has_its_time",
            ),
            models.CheckConstraint(
                condition=models.Q(secret=False) | ~models.Q(state="sent") | models.Q(body=""),
                name="outbox_sent_secret_is_erased",
            ),
        ]
        indexes = [
            # What a sender asks for: the first rows of this index, however many millions were sent before.
            models.Index(fields=["priority", "id"], condition=models.Q(state="waiting"), name="outbox_to_send"),
            models.Index(fields=["expires_at"], condition=models.Q(secret=True), name="outbox_secrets"),
            models.Index(fields=["state", "id"], condition=~models.Q(state="sent"), name="outbox_not_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.about}"

    @property
    def ref(self) -> str:
        """Its name in the journal."""
        return f"MSG-{self.pk}"


class Job(models.Model):
    """Long work one can watch: steps done out of a total, and the error when it failed."""

    ref = RefField(prefix="JOB")
    kind = models.CharField(max_length=40)
    subject_ref = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=JobState, default=JobState.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=100)
    step = models.CharField(max_length=80, blank=True, default="")
    error = models.TextField(blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    heartbeat_at = models.DateTimeField(null=True, help_text="last sign of life of its worker")
    task = models.CharField(max_length=120, blank=True, default="", help_text="path of what the queue calls")
    holder = models.CharField(max_length=120, blank=True, default="", help_text="the process that runs it")
    leased_until = models.DateTimeField(null=True, help_text="by the database's clock")
    attempts = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("job")
        constraints = [
            state_check("state", JobState, "job_state_is_known"),
            models.CheckConstraint(condition=models.Q(done__lte=models.F("total")), name="job_done_is_at_most_total"),
            # One at a time for the same thing: a second click finds the first job.
            models.UniqueConstraint(
                fields=["kind", "subject_ref"],
                condition=models.Q(state__in=["queued", "running"]),
                name="job_one_alive_per_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0

    @property
    def error_words(self) -> str:
        """Why it failed, in the reader's language where the reason is one of the queue's."""
        from takwin.core.jobs import JobReason

        return str(JobReason(self.error).label) if self.error in JobReason.values else self.error


class Pulse(models.Model):
    """A worker process or a step of the clock: last sign of life, last success, last error."""

    name = models.CharField(max_length=120, unique=True)
    heartbeat_at = models.DateTimeField(db_default=Now())
    passed_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0, help_text="in a row")
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("pulse")

    def __str__(self) -> str:
        return self.name


class FieldKey(models.Model):
    """A key that has written encrypted values: its fingerprint, and a word under it that a start must read."""

    fingerprint = models.CharField(max_length=16, unique=True)
    canary = models.TextField()
    moved = models.JSONField(default=dict, help_text="how far each column is written again under this key")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("key of encrypted values")

    def __str__(self) -> str:
        return self.fingerprint


class Clock(models.Model):
    """The one row of the clock: when it last ran, and why it is not believed."""

    ran_at = models.DateTimeField(help_text="the machine's time at the last run that was believed")
    stopped_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=8, blank=True, default="")
    jump = models.BigIntegerField(default=0, help_text="seconds between that run and the one that was not believed")

    class Meta:
        verbose_name = _("clock")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="clock_is_one"),
            models.CheckConstraint(
                condition=models.Q(reason="", stopped_at__isnull=True)
                | (~models.Q(reason="") & models.Q(stopped_at__isnull=False)),
                name="clock_stopped_has_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """Its name in the journal."""
        return "clock"


class FormKey(models.Model):
    """A sending of a form that made something: the same form sent again leads to what the first sending made.

    Kept for `form_keys.KEPT_FOR`, then forgotten by the clock.
    """

    key = models.CharField(max_length=64, unique=True)
    form = models.CharField(max_length=120)
    owner = models.CharField(max_length=64, blank=True, default="", help_text="key of the account; empty: a visitor")
    content = models.CharField(max_length=64, help_text="digest of what was sent")
    made_model = models.CharField(max_length=80, blank=True, default="")
    made = models.BigIntegerField(null=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("sent form")
        indexes = [models.Index(fields=["at"], name="form_key_by_time")]

    def __str__(self) -> str:
        return f"{self.form} {self.made_model}"


class ClockBatch(models.Model):
    """What one run of a step of the clock took away, with the time it believed. `about`: what it closed, where
    another page than the clock's gives back; the parts of that page's address."""

    ref = RefField(prefix="CLK")
    step = models.CharField(max_length=20)
    about = models.CharField(max_length=80, blank=True, default="")
    count = models.PositiveIntegerField(default=0)
    believed_at = models.DateTimeField(help_text="by the machine's clock")
    database_at = models.DateTimeField(help_text="by the database's clock")

    class Meta:
        verbose_name = _("what the clock took")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.ref


class GivingBack(SecondPersonRequest):
    """One person asks that what a run of the clock took is given back, another decides. `ended_at`: every row was
    tried; `restored` have it again, `left_alone` had moved on or would be taken again at once."""

    ref = RefField(prefix="GBK")
    batch = models.ForeignKey(ClockBatch, models.PROTECT, related_name="requests")
    restored = models.PositiveIntegerField(default=0)
    left_alone = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("request to give back")
        ordering = ["-pk"]
        constraints = [
            *two_persons("giving_back"),
            models.UniqueConstraint(
                fields=["batch"],
                condition=models.Q(state="waiting") | models.Q(state="accepted", ended_at__isnull=True),
                name="giving_back_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.ref


class ClockRow(models.Model):
    """A row that a run of the clock changed: its key in the table of the step, its state before, whether it was given
    back, and the request that tried it last."""

    batch = models.ForeignKey(ClockBatch, models.CASCADE, related_name="rows")
    row = models.BigIntegerField()
    before = models.CharField(max_length=20, blank=True, default="")
    given_back = models.BooleanField(default=False)
    tried = models.ForeignKey(GivingBack, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("row that the clock took")
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="clock_row_once_a_batch")]
        indexes = [models.Index(fields=["row"], name="clock_row_by_key")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.row}"
