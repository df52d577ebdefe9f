"""alarms and notices are unique by step, level and deadline: a deadline that moves is warned of again; new kinds of notices

Expand only: old code writes no `due_at` with a notice, and says so with each alarm already.
"""

from alembic import op

from migrations.indexes import drop, while_the_office_works

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

NEW_KINDS = ("release_asked", "release_refused", "answer_extended", "left_case", "anonymity_wanted")
OLD_KINDS = (
    *("step_opened", "step_near", "step_late", "step_overdue", "initial_asked", "information_added"),
    *("question_expired", "delegation_ended", "report_ready", "report_failed", "two_step_removed", "file_held"),
    *("malware_found", "records_red", "records_green", "paper_failed"),
)
OLD_CASE = "(complaint_id IS NOT NULL) = (task_id IS NOT NULL OR kind = 'file_held')"
NEW_CASE = "(complaint_id IS NOT NULL) = ((task_id IS NOT NULL AND kind <> 'left_case') OR kind = 'file_held')"


FORGET_ITEMS = """
    DELETE FROM delivery_item i USING notice n WHERE n.id = i.notice_id
    AND n.kind IN ('release_asked', 'release_refused', 'answer_extended', 'left_case', 'anonymity_wanted')
"""
FORGET_NOTICES = """
    DELETE FROM notice
    WHERE kind IN ('release_asked', 'release_refused', 'answer_extended', 'left_case', 'anonymity_wanted')
"""
FORGET_ALARMS = """
    DELETE FROM step_alarm a USING step_alarm b WHERE (a.task_id, a.level) = (b.task_id, b.level) AND a.id > b.id
"""


def _check(name: str, rule: str) -> None:
    """Another rule for what is written from now on, then for what is there."""
    op.execute(f"ALTER TABLE notice DROP CONSTRAINT ck_notice_{name}")
    op.execute(f"ALTER TABLE notice ADD CONSTRAINT ck_notice_{name} CHECK ({rule}) NOT VALID")
    op.execute(f"ALTER TABLE notice VALIDATE CONSTRAINT ck_notice_{name}")


def _kinds(kinds: tuple[str, ...]) -> str:
    return "kind IN ({})".format(", ".join(f"'{kind}'" for kind in kinds))


def upgrade() -> None:
    op.execute("ALTER TABLE notice ADD COLUMN IF NOT EXISTS due_at timestamptz")
    with while_the_office_works():
        drop("uq_step_alarm_task_level_due")
        op.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY uq_step_alarm_task_level_due ON step_alarm (task_id, level, due_at)"
        )
        drop("uq_notice_task_user_kind_level_due")
        op.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY uq_notice_task_user_kind_level_due"
            " ON notice (task_id, user_id, kind, level, due_at) NULLS NOT DISTINCT WHERE task_id IS NOT NULL"
        )
    op.execute("ALTER TABLE step_alarm DROP CONSTRAINT IF EXISTS uq_step_alarm_task_level")
    op.execute("ALTER TABLE notice DROP CONSTRAINT IF EXISTS uq_notice_task_user_kind_level")
    _check("kind", _kinds((*OLD_KINDS, *NEW_KINDS)))
    _check("of_a_case", NEW_CASE)


def downgrade() -> None:
    """What was warned of again is forgotten: the old keys have no place for it."""
    op.execute(FORGET_ITEMS)
    op.execute(FORGET_NOTICES)
    op.execute(FORGET_ALARMS)
    _check("of_a_case", OLD_CASE)
    _check("kind", _kinds(OLD_KINDS))
    op.execute("ALTER TABLE step_alarm ADD CONSTRAINT uq_step_alarm_task_level UNIQUE (task_id, level)")
    op.execute(
        "ALTER TABLE notice ADD CONSTRAINT uq_notice_task_user_kind_level UNIQUE (task_id, user_id, kind, level)"
    )
    with while_the_office_works():
        drop("uq_notice_task_user_kind_level_due")
        drop("uq_step_alarm_task_level_due")
    op.drop_column("notice", "due_at")
