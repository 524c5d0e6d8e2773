"""a registry of problems: incidents and candidates beside issues, parts of problems, an index by rare words

Revision: 0010
Follows: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = ("issue", "incident", "candidate", "part")
# Which part of a problem takes feedback with these properties: the one that asks for most, or none.
PART = """
    CREATE FUNCTION problem_part(problem bigint, product text, region text, channel text, agent text) RETURNS bigint
    LANGUAGE sql STABLE AS $$
        SELECT COALESCE((
            SELECT COALESCE(c.merged_into, c.id) FROM problem c
            WHERE c.parent_id = $1 AND c.narrowed IS NOT NULL
              AND COALESCE(c.narrowed ->> 'product' = $2, NOT c.narrowed ? 'product')
              AND COALESCE(c.narrowed ->> 'region' = $3, NOT c.narrowed ? 'region')
              AND COALESCE(c.narrowed ->> 'channel' = $4, NOT c.narrowed ? 'channel')
              AND COALESCE(c.narrowed ->> 'agent' = $5, NOT c.narrowed ? 'agent')
            ORDER BY (SELECT count(*) FROM jsonb_object_keys(c.narrowed)) DESC, c.id LIMIT 1), $1)
    $$
"""


def number(name: str, comment: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable, autoincrement=False, comment=comment)


def upgrade() -> None:
    op.create_table(
        "registry_group",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="surrogate key"),
        sa.Column(
            "opened_at", sa.DateTime(timezone=True), nullable=False, comment="when its first two members met"
        ),
        number("merged_into", "older group that took it over", nullable=True),
        sa.CheckConstraint("merged_into < id", name=op.f("ck_registry_group_older_survives")),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["registry_group.id"], name=op.f("fk_registry_group_merged_into")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_group")),
    )
    op.create_index("ix_registry_group_merged_into", "registry_group", ["merged_into"])
    op.create_table(
        "registry_member",
        number("feedback_id", "feedback"),
        number("group_id", "group; empty while nothing like it is known", nullable=True),
        number("at", "when it was said, seconds since 1970"),
        number("stream", "hash of the product, or of the source, and the region"),
        number("product", "hash of the product; 0: not known"),
        number("region", "hash of the region; 0: not known"),
        sa.Column("signs", sa.LargeBinary(), nullable=False, comment="packed by voc.registry.packing"),
        sa.ForeignKeyConstraint(
            ["feedback_id"], ["feedback.id"], name=op.f("fk_registry_member_feedback_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["registry_group.id"], name=op.f("fk_registry_member_group_id")
        ),
        sa.PrimaryKeyConstraint("feedback_id", name=op.f("pk_registry_member")),
    )
    op.create_index("ix_registry_member_group_id", "registry_member", ["group_id"])
    op.create_table(
        "registry_anchor",
        number("key", "rare pair of characters"),
        number("at", "when it was said, seconds since 1970"),
        number("feedback_id", "feedback"),
        number("stream", "as in registry_member"),
        sa.PrimaryKeyConstraint("key", "at", "feedback_id", name=op.f("pk_registry_anchor")),
    )
    op.create_table(
        "registry_day",
        number("stream", "as in registry_member"),
        number("key", "rare pair of characters; 0: everything"),
        number("day", "days since 1970, UTC"),
        number("events", "feedback of that day"),
        sa.CheckConstraint("events > 0", name=op.f("ck_registry_day_not_empty")),
        sa.PrimaryKeyConstraint("stream", "key", "day", name=op.f("pk_registry_day")),
    )
    op.create_table(
        "registry_apart",
        number("older", "one group"),
        number("younger", "the other"),
        sa.CheckConstraint("older < younger", name=op.f("ck_registry_apart_in_order")),
        sa.ForeignKeyConstraint(["older"], ["registry_group.id"], name=op.f("fk_registry_apart_older")),
        sa.ForeignKeyConstraint(["younger"], ["registry_group.id"], name=op.f("fk_registry_apart_younger")),
        sa.PrimaryKeyConstraint("older", "younger", name=op.f("pk_registry_apart")),
    )
    kind = "issue of the taxonomy, incident, candidate it does not know, or part of one"
    op.add_column(
        "problem", sa.Column("kind", sa.Text(), server_default="issue", nullable=False, comment=kind)
    )
    op.add_column(
        "problem",
        sa.Column(
            "about", sa.Text(), nullable=True, comment="issue most members of another kind complain of"
        ),
    )
    op.add_column("problem", number("group_id", "group of the registry its members come from", nullable=True))
    op.add_column("problem", number("parent_id", "problem it was split from", nullable=True))
    op.add_column(
        "problem",
        sa.Column(
            "narrowed",
            postgresql.JSONB(),
            nullable=True,
            comment="properties whose feedback goes to this part instead of to what it was split from",
        ),
    )
    op.alter_column("problem", "issue", nullable=True, comment="issue code of a problem that is an issue")
    op.alter_column("problem", "area", comment="business area code; empty: unknown")
    op.create_check_constraint(
        op.f("ck_problem_kind_known"), "problem", "kind IN (" + ", ".join(f"'{k}'" for k in KINDS) + ")"
    )
    op.create_check_constraint(
        op.f("ck_problem_issue_named"), "problem", "(kind = 'issue') = (issue IS NOT NULL)"
    )
    op.create_foreign_key(op.f("fk_problem_group_id"), "problem", "registry_group", ["group_id"], ["id"])
    op.create_foreign_key(op.f("fk_problem_parent_id"), "problem", "problem", ["parent_id"], ["id"])
    op.create_index("ix_problem_group_id", "problem", ["group_id"])
    op.create_index("ix_problem_parent_id", "problem", ["parent_id"])
    op.add_column("problem_lineage", sa.Column("reason", sa.Text(), nullable=True, comment="why"))
    op.execute(PART)


def downgrade() -> None:
    op.execute("DROP FUNCTION problem_part(bigint, text, text, text, text)")
    op.drop_column("problem_lineage", "reason")
    op.drop_constraint(op.f("ck_problem_issue_named"), "problem")
    op.drop_constraint(op.f("ck_problem_kind_known"), "problem")
    # Problems that are no issue of the taxonomy keep their number and their name; only what they were is forgotten.
    op.execute("UPDATE problem SET issue = COALESCE(issue, about, key)")
    op.alter_column("problem", "issue", nullable=False, comment="issue code")
    op.alter_column("problem", "area", comment="business area code")
    for column in ("narrowed", "parent_id", "group_id", "about", "kind"):
        op.drop_column("problem", column)
    for table in ("registry_apart", "registry_day", "registry_anchor", "registry_member", "registry_group"):
        op.drop_table(table)
