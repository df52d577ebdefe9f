"""Error messages for the controls of a refused action form."""

from app.casefile.labels import NOTHING_CHOSEN, choices_of
from app.choices.lists import fields_of
from app.vocabulary.refusals import REFUSALS, fault_sentence, field_sentences, refusal_sentence
from workflow_rules.process.actions import Action
from workflow_rules.process.parameters import Choice
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, PassingReason, RefusalReason

# Refusals without field errors whose message is shown at the field that resolves them.
MENDED_AT: dict[RefusalReason | PassingReason, str] = {
    RefusalReason.IDENTITY_INCOMPLETE: "incomplete_reason",
    RefusalReason.DELIVERY_UNPROVEN: "proof",
    RefusalReason.SIGNING_REFUSED: "passphrase",
    RefusalReason.SIGNING_UNAVAILABLE: "passphrase",
}
FILE_FIELDS = ("filename", "content_base64", "file")


def errors_at(action: Action, refused: ActionRefused) -> dict[str, str]:
    """Return a dict of control name to error message for a refused action form; the first error of a field counts."""
    found: dict[str, str] = {}
    if refused.reason in MENDED_AT:
        found[MENDED_AT[refused.reason]] = refusal_sentence(refused)
    for error in reversed(refused.errors):
        name = "file" if error.field in FILE_FIELDS else error.field
        found[name] = _sentence(action, error)
    return found


def heading_of(refused: ActionRefused) -> str:
    """Return the heading (text) of the error summary of a refused action form.

    It is general when the refusal's own sentence is already shown at a field, else that sentence.
    """
    return str(REFUSALS["missing_input"]) if refused.reason in MENDED_AT else refusal_sentence(refused)


def _sentence(action: Action, error: FieldError) -> str:
    if error.fault is FieldFault.REQUIRED and error.field == "file":
        return str(NOTHING_CHOSEN)
    field = fields_of(action).get(error.field)
    if error.fault is FieldFault.NOT_ALLOWED and isinstance(field, Choice):
        labels = choices_of(action.value, error.field)
        return fault_sentence(error.fault.value, ", ".join(str(labels[value]) for value in field.among))
    return field_sentences((error,))[0]["message"]
