"""Persons, consents, followings."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from takwin.centres.models import Centre
from takwin.core.fields import RefField, SearchField
from takwin.core.scope import ScopedQuerySet
from takwin.people.choices import ConsentKind, Sex
from takwin.territory.models import Area


class PersonQuerySet(ScopedQuerySet):
    centre_path, area_path = "followings__centre_id", "commune__path"


class Person(models.Model):
    """A human being, once. Names are stored as typed; search runs on the folded shadow."""

    ref = RefField(prefix="PER")
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="person"
    )
    given_name = models.CharField(_("Given name"), max_length=80)
    family_name = models.CharField(_("Family name"), max_length=80)
    given_name_latin = models.CharField(_("Given name in Latin letters"), max_length=80, blank=True, default="")
    family_name_latin = models.CharField(_("Family name in Latin letters"), max_length=80, blank=True, default="")
    sex = models.CharField(_("Sex"), max_length=6, choices=Sex)
    born_on = models.DateField(_("Date of birth"))
    cin = models.CharField(_("National card number"), max_length=8, blank=True, default="")
    # Who saw which document, and when. Only a proved number is anyone's: one that is merely typed blocks nobody.
    cin_proved_at = models.DateTimeField(_("Card seen"), null=True)
    cin_proved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cin_proof = models.CharField(_("Document seen"), max_length=300, blank=True, default="")
    # Since when names, sex, birth, card and commune change only by a correction: the first hand-in, or enrolment.
    frozen_at = models.DateTimeField(_("Identity handed in"), null=True)
    phone = models.CharField(_("Phone"), max_length=20, blank=True, default="")
    email = models.EmailField(_("E-mail"), blank=True, default="")
    commune = models.ForeignKey(Area, models.PROTECT, null=True, related_name="residents")
    simulated = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now())
    search_text = SearchField(of=("given_name", "family_name", "given_name_latin", "family_name_latin", "cin"))

    objects = PersonQuerySet.as_manager()
    secret_fields = ("cin",)

    class Meta:
        verbose_name = _("person")
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=Sex.values), name="person_sex_is_known"),
            models.UniqueConstraint(
                fields=["cin"], condition=Q(cin_proved_at__isnull=False) & ~Q(cin=""), name="person_proved_cin_once"
            ),
            models.CheckConstraint(
                condition=Q(cin_proved_at__isnull=True, cin_proof="")
                | (Q(cin_proved_at__isnull=False, cin_proved_by__isnull=False) & ~Q(cin="") & ~Q(cin_proof="")),
                name="person_proved_cin_has_its_proof",
            ),
        ]
        indexes = [
            models.Index(fields=["commune"], name="person_by_commune"),
            models.Index(fields=["cin"], condition=~Q(cin=""), name="person_by_cin"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


class Consent(models.Model):
    """What a person agreed to, when, and who noted it."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=20, choices=ConsentKind)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    words = models.CharField(max_length=300, blank=True, default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("consent")

    def __str__(self) -> str:
        return self.kind


class Following(models.Model):
    """A centre that may see a person, and the reason (the context that needs it)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="followings")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="followings")
    reason = models.CharField(max_length=40)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("following")
        constraints = [
            models.UniqueConstraint(fields=["person", "centre", "reason"], name="following_once_for_a_reason")
        ]

    def __str__(self) -> str:
        return self.reason
