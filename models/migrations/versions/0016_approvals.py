"""what waits for a person's yes or no; cases that were merged into another

Revision: 0016
Follows: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KINDS = "kind IN ('action', 'problem_merge', 'problem_split', 'taxonomy_class', 'report')"
CASE = ("received", "acknowledged", "assigned", "responded", "resolved", "confirmed")


def upgrade() -> None:
    _case_states((*CASE, "merged"))
    op.create_table(
        "approval",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("kind", sa.Text(), nullable=False, comment="what is to be approved"),
        sa.Column("subject", sa.Text(), nullable=False, comment="kind:id of what it is about, for example action:12"),
        sa.Column("title", sa.Text(), nullable=False, comment="the question in one Chinese line"),
        sa.Column("body", sa.Text(), nullable=False, comment="what one should know to answer, as Chinese markdown"),
        sa.Column("evidence_url", sa.Text(), nullable=True, comment="where the evidence is shown"),
        sa.Column("facts", postgresql.JSONB(), nullable=False, comment="what the consequence of a yes needs"),
        sa.Column("asked_of", sa.Text(), nullable=False, comment="department code, or leadership"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, comment="deadline of the answer"),
        sa.Column("state", sa.Text(), nullable=False, comment="derived from the log"),
        sa.Column("round", sa.SmallInteger(), nullable=False, comment="always 1; every life has one"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, comment="time of the last step"),
        sa.Column("requested_by", sa.Text(), nullable=False, comment="who asks"),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False, comment="when it was asked"),
        sa.Column("flow_run", sa.Text(), nullable=True, comment="suspended flow run that shows it as a form"),
        sa.CheckConstraint(KINDS, name=op.f("ck_approval_kind_known")),
        sa.CheckConstraint(
            "state IN ('open', 'approved', 'refused', 'withdrawn')", name=op.f("ck_approval_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    waiting = sa.text("state = 'open'")
    op.create_index("uq_approval_open", "approval", ["kind", "subject"], unique=True, postgresql_where=waiting)
    op.create_index("ix_approval_due", "approval", ["due_at"], postgresql_where=waiting)
    _log("approval")


def _log(life: str) -> None:
    log = f"{life}_log"
    op.create_table(
        log,
        sa.Column("subject_id", sa.BigInteger(), nullable=False, comment=life),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="1, 2, 3 … within the subject"),
        sa.Column("step", sa.Text(), nullable=False, comment="name of the step"),
        sa.Column("state", sa.Text(), nullable=False, comment="state it led to"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when it happened"),
        sa.Column("by", sa.Text(), nullable=False, comment="person:…, rule:… or system:…"),
        sa.Column("run", sa.Text(), nullable=True, comment="flow run it came from"),
        sa.Column("facts", postgresql.JSONB(), nullable=False, comment="facts the step needs, and the reason given"),
        sa.ForeignKeyConstraint(["subject_id"], [f"{life}.id"], name=op.f(f"fk_{log}_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{log}")),
        sa.UniqueConstraint("subject_id", "seq", name=op.f(f"uq_{log}_subject_id_seq")),
    )
    op.execute(
        f"CREATE TRIGGER {log}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {log} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _case_states(states: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{state}'" for state in states)
    op.drop_constraint(op.f("ck_case_state_known"), "case", type_="check")
    op.create_check_constraint(op.f("ck_case_state_known"), "case", f"state IN ({listed})")


def downgrade() -> None:
    op.drop_table("approval_log")
    op.drop_table("approval")
    _case_states(CASE)
