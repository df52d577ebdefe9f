"""Screens of the texts that an office may reword: list, draft with check and preview, activation, history."""

from flask import Response, abort, flash, make_response, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from werkzeug.wrappers import Response as Redirect

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.core.identifiers import LARGEST_ID
from app.texts.current import originals_of, texts_of
from app.texts.kinds import GROUPS, KINDS, PARTS, TextKind
from app.texts.labels import PARTS as PART_LABELS
from app.texts.labels import STATES
from app.texts.names import BRACES
from app.texts.placeholders import DEEPEST, LONGEST
from app.texts.values import examples_of
from app.texts.versions import (
    TextsAtFault,
    VersionRefused,
    activate,
    find_version,
    history,
    overview,
    restore_original,
    save_draft,
)
from views.shared.screen_access import for_officers
from views.texts.form import TextForm, sent_form, shown_form

PATH = "/teks"


class TextView(BaseView):
    """Administrators' screens of the texts that the office may reword."""

    route_base = PATH
    default_view = "list"
    class_permission_name = "Reference"
    base_permissions = permissions_on("Reference")

    @expose("/")
    @for_officers("can_write", "Reference")
    def list(self) -> str:
        """Show the page of all texts by group, with their state and last change."""
        return render_template(
            "texts/list.html", title=gettext("Teks"), lines=overview(), groups=GROUPS, now=utc_now(), path=PATH
        )

    @expose("/<text>", methods=["GET"])
    @for_officers("can_write", "Reference")
    def show(self, text: str) -> Response:
        """Show the page of one text with its draft form, preview and history; 404 for an unknown code."""
        form = shown_form(_kind(text))
        form.check()
        return _page(form)

    @expose("/<text>", methods=["POST"])
    @for_officers("can_write", "Reference")
    def save(self, text: str) -> Response | Redirect:
        """Store the submitted words as draft and redirect to the page of the text; with the button `periksa` only check
        them and show their preview, of a paper with `pdf` as a file. Faults show the form again as typed with status
        422, a newer version with 409.
        """
        form = sent_form(_kind(text))
        if not form.check():
            return _page(form, 422)
        if request.form.get("lakukan") == "periksa":
            return _page(form, checked=True)
        if request.form.get("lakukan") == "pdf" and form.kind.group == "paper":
            return _paper(form)
        try:
            row = save_draft(form.kind, form.texts, current_person().id, utc_now(), form.seen)
        except VersionRefused as refused:
            form.refuse(refused)
            return _page(form, 409)
        flash(gettext("Konsep versi %(number)s disimpan. Yang berlaku belum berubah.", number=row.number), "success")
        return redirect(f"{PATH}/{text}", 303)

    @expose("/<text>/<int:number>/aktif", methods=["POST"])
    @for_officers("can_write", "Reference")
    def activate(self, text: str, number: int) -> Response | Redirect:
        """Make a draft (by its id) the version in force, with a reason, and redirect to the page of the text. A missing
        reason or a fault shows the page again with status 422, a draft that was replaced with 409.
        """
        kind = _kind(text)
        row = find_version(min(number, LARGEST_ID))
        if row is None or row.code != text:
            abort(404)
        form = _with_reason(kind)
        if reason := form.given_reason():
            try:
                activate(row.id, reason, current_person().id, utc_now())
            except VersionRefused as refused:
                form.refuse(refused)
                return _page(form, 409)
            except TextsAtFault as refused:
                form.put_faults(refused.faults)
            else:
                flash(gettext("Teks ini berlaku mulai sekarang. Yang sudah dikirim tidak berubah."), "success")
                return redirect(f"{PATH}/{text}", 303)
        return _page(form, 422)

    @expose("/<text>/pulihkan", methods=["POST"])
    @for_officers("can_write", "Reference")
    def restore(self, text: str) -> Response | Redirect:
        """Put the original words back into force as a new version, with a reason, and redirect to the page of the text.
        A missing reason shows the page again with status 422, a newer version with 409.
        """
        kind, sent = _kind(text), sent_form(_kind(text))
        form = _with_reason(kind)
        form.faults = {}
        reason = form.given_reason()
        if not reason:
            form.faults = {"reason_asli": form.faults["reason"]}
            return _page(form, 422)
        try:
            restore_original(kind, reason, current_person().id, utc_now(), sent.seen)
        except VersionRefused as refused:
            form.refuse(refused)
            return _page(form, 409)
        flash(gettext("Teks asli berlaku lagi mulai sekarang."), "success")
        return redirect(f"{PATH}/{text}", 303)


def _kind(code: str) -> TextKind:
    return KINDS.get(code) or abort(404)


def _with_reason(kind: TextKind) -> TextForm:
    """Return the form of a text as it is stored, with the submitted reason."""
    form = shown_form(kind)
    form.reason = sent_form(kind).reason
    return form


def _paper(form: TextForm) -> Response:
    """Return the preview of a paper as a PDF file, or the form with status 422 if there is none."""
    content = form.paper()
    if content is None:
        return _page(form, 422)
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="pratinjau-{form.kind.key.replace("_", "-")}.pdf"'
    return response


def _page(form: TextForm, status: int = 200, checked: bool = False) -> Response:
    """Return the page of a text; `checked` says that its words were just found to be without fault."""
    kind, versions = form.kind, history(form.kind.code)
    active = next((row for row in versions if row.state == "active"), None)
    originals = originals_of(kind)
    shown, person = form.preview(), current_person()
    page = render_template(
        "texts/kind.html",
        title=str(kind.label),
        kind=kind,
        form=form,
        group=GROUPS[kind.group],
        versions=versions,
        active=active,
        draft=next((row for row in versions if row.state == "draft"), None),
        changed=active is not None and texts_of(active) != originals,
        current=texts_of(active) if active is not None else originals,
        originals=originals,
        preview=shown,
        checked=checked,
        untouched=form.untouched_language(texts_of(active) if active is not None else originals),
        chooses_case=bool(form.about) or person.sees_every_case or bool(person.agencies),
        fields=[
            (part, language, PART_LABELS[f"{part}.{language}"]) for part in kind.parts for language in kind.languages
        ],
        labels=PART_LABELS,
        names=(*kind.published, *BRACES),
        examples=examples_of(kind.published),
        texts_of=texts_of,
        parts=PARTS,
        states=STATES,
        longest=LONGEST,
        deepest=DEEPEST,
        path=PATH,
        now=utc_now(),
    )
    return make_response(page, status)
