"""Files a candidate joins."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction
from django.utils import timezone

from takwin.admissions.choices import AdmissionReason, ApplicationState
from takwin.admissions.models import Application, Document
from takwin.admissions.rules import MAX_FILES, check_file
from takwin.admissions.services.applications import check_draft
from takwin.core.changes import journal
from takwin.core.errors import Refused

SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def _check_files(row: Application) -> None:
    """Documents change with a draft, and with a submitted application until corrections end."""
    until = row.season.corrects_until
    if row.state != ApplicationState.SUBMITTED or until is None or timezone.now() >= until:
        check_draft(row)


def join_document(application: Application, *, kind: str, file: Any, by: Any) -> Document:
    """Keep a file whose content was checked; the stored name is ours, the given one is only shown."""
    content_type = check_file(file.name, file.size, file.read(16))
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    with transaction.atomic():
        row = Application.objects.select_for_update(of=("self",)).select_related("season").get(pk=application.pk)
        _check_files(row)
        if row.documents.count() >= MAX_FILES:
            raise Refused(AdmissionReason.TOO_MANY_FILES, "file", limit=MAX_FILES)
        shown = file.name[-120:]
        document = Document(
            application=row, kind=kind, name=shown, content_type=content_type, size=file.size, sha256=digest
        )
        file.name = f"{document.ref}.{SUFFIX[content_type]}"
        document.file = file
        document.save()
        journal(row, "join_document", by=by, document=document.ref, kind=kind, sha256=digest)
    return document


def remove_document(application: Application, *, document: Document, by: Any) -> None:
    with transaction.atomic():
        row = Application.objects.select_for_update(of=("self",)).select_related("season").get(pk=application.pk)
        _check_files(row)
        journal(row, "remove_document", by=by, document=document.ref)
        file = document.file
        document.delete()
        transaction.on_commit(lambda: file.delete(save=False))


def read_document(application: Application, *, document: Document, by: Any) -> None:
    """Note that someone of the desk opened a candidate's document."""
    journal(application, "read_document", by=by, document=document.ref)
