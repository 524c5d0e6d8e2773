"""channels and customers: digests, limits, links, wishes, answers, erasure, questionnaires

Revision: 0019
Follows: 0018
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('channel_bucket',
    sa.Column('robot', sa.Text(), nullable=False, comment="hash of the robot's address"),
    sa.Column('tokens', sa.Float(), nullable=False, comment='left at `at`'),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False, comment='when that was'),
    sa.PrimaryKeyConstraint('robot', name=op.f('pk_channel_bucket'))
    )
    op.create_table('survey',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('code', sa.Text(), nullable=False, comment='short name, part of its address'),
    sa.Column('version', sa.SmallInteger(), nullable=False, comment='1, 2, 3 …'),
    sa.Column('title', sa.Text(), nullable=False, comment='Chinese title'),
    sa.Column('definition', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='questions, consent text and what they are mapped to'),
    sa.Column('state', sa.Text(), nullable=False, comment='draft, published or closed'),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False, comment='when it was written down'),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True, comment='since when it is asked'),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True, comment='since when it is not asked any more'),
    sa.CheckConstraint("state IN ('draft', 'published', 'closed')", name=op.f('ck_survey_state_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey')),
    sa.UniqueConstraint('code', 'version', name=op.f('uq_survey_code_version'))
    )
    op.create_index('uq_survey_published', 'survey', ['code'], unique=True, postgresql_where="state = 'published'")
    op.create_table('tombstone',
    sa.Column('hash', sa.Text(), nullable=False, comment="sha256 of a salt, the source and the record's key"),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False, comment='when it was erased'),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_tombstone')),
    schema='vault'
    )
    op.create_table('campaign',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('survey_id', sa.BigInteger(), nullable=False, comment='questionnaire it collects by'),
    sa.Column('topic', sa.Text(), nullable=False, comment='what it wants to know, in Chinese'),
    sa.Column('target', sa.BigInteger(), nullable=False, comment='answers after which it stops'),
    sa.Column('causes', sa.SmallInteger(), nullable=False, comment='core causes wanted'),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False, comment='when'),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True, comment='when the target was reached or a person stopped it'),
    sa.CheckConstraint('target > 0 AND causes > 0', name=op.f('ck_campaign_positive')),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_campaign_survey_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign'))
    )
    op.create_index('uq_campaign_running', 'campaign', ['survey_id'], unique=True, postgresql_where='stopped_at IS NULL')
    op.create_table('customer_preference',
    sa.Column('customer_id', sa.BigInteger(), autoincrement=False, nullable=False, comment='customer'),
    sa.Column('reach', sa.Text(), nullable=True, comment='phone or email, where the customer left both'),
    sa.Column('quiet_from', sa.SmallInteger(), nullable=True, comment='hour in China from which nothing is sent'),
    sa.Column('quiet_until', sa.SmallInteger(), nullable=True, comment='hour until which nothing is sent'),
    sa.Column('silent', sa.Boolean(), server_default=sa.text('false'), nullable=False, comment='wants no notices at all'),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False, comment='when the customer said so'),
    sa.CheckConstraint("reach IN ('phone', 'email')", name=op.f('ck_customer_preference_reach_known')),
    sa.CheckConstraint('(quiet_from IS NULL) = (quiet_until IS NULL)', name=op.f('ck_customer_preference_both_ends')),
    sa.CheckConstraint('quiet_from BETWEEN 0 AND 23 AND quiet_until BETWEEN 0 AND 23', name=op.f('ck_customer_preference_hours')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_customer_preference_customer_id')),
    sa.PrimaryKeyConstraint('customer_id', name=op.f('pk_customer_preference'))
    )
    op.create_table('erasure',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('feedback_id', sa.BigInteger(), nullable=False, comment='feedback it was asked from'),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False, comment='when the customer asked'),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True, comment='when everything was overwritten'),
    sa.Column('done_by', sa.Text(), nullable=True, comment='who did it, or the rule'),
    sa.Column('rows', sa.BigInteger(), nullable=True, comment='feedback that was overwritten'),
    sa.ForeignKeyConstraint(['feedback_id'], ['feedback.id'], name=op.f('fk_erasure_feedback_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erasure'))
    )
    op.create_index('uq_erasure_open', 'erasure', ['feedback_id'], unique=True, postgresql_where='done_at IS NULL')
    op.create_table('tracking_link',
    sa.Column('token_hash', sa.Text(), nullable=False, comment='sha256 of the token, which is kept nowhere'),
    sa.Column('feedback_id', sa.BigInteger(), nullable=False, comment='feedback it opens'),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False, comment='when the message left'),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False, comment='not opened after this'),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True, comment='when it was taken back'),
    sa.ForeignKeyConstraint(['feedback_id'], ['feedback.id'], name=op.f('fk_tracking_link_feedback_id')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_tracking_link'))
    )
    op.create_index(op.f('ix_tracking_link_feedback_id'), 'tracking_link', ['feedback_id'], unique=False)
    op.create_table('customer_answer',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('feedback_id', sa.BigInteger(), nullable=False, comment='feedback answered about'),
    sa.Column('case_id', sa.BigInteger(), nullable=True, comment='its case'),
    sa.Column('round', sa.SmallInteger(), nullable=False, comment='round of the case, 0 without one'),
    sa.Column('kind', sa.Text(), nullable=False, comment='satisfied, unsatisfied, remark or erase'),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False, comment='when'),
    sa.CheckConstraint("kind IN ('satisfied', 'unsatisfied', 'remark', 'erase')", name=op.f('ck_customer_answer_kind_known')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_customer_answer_case_id')),
    sa.ForeignKeyConstraint(['feedback_id'], ['feedback.id'], name=op.f('fk_customer_answer_feedback_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer_answer'))
    )
    op.create_index('ix_customer_answer_feedback', 'customer_answer', ['feedback_id'], unique=False)
    op.add_column('outbox', sa.Column('digest_id', sa.BigInteger(), nullable=True, comment='digest that tells it instead'))
    op.create_index(op.f('ix_outbox_digest_id'), 'outbox', ['digest_id'], unique=False)
    op.create_foreign_key(op.f('fk_outbox_digest_id'), 'outbox', 'outbox', ['digest_id'], ['id'])


    # Which way somebody can be told, still without the number or the address itself.
    op.execute(
        "CREATE OR REPLACE VIEW reachable AS SELECT customer_id, phone IS NOT NULL AS by_phone, "
        "email IS NOT NULL AS by_email FROM vault.contact"
    )


def downgrade() -> None:
    op.execute("DROP VIEW reachable")
    op.execute("CREATE VIEW reachable AS SELECT customer_id FROM vault.contact")
    op.drop_constraint(op.f('fk_outbox_digest_id'), 'outbox', type_='foreignkey')
    op.drop_index(op.f('ix_outbox_digest_id'), table_name='outbox')
    op.drop_column('outbox', 'digest_id')
    op.drop_index('ix_customer_answer_feedback', table_name='customer_answer')
    op.drop_table('customer_answer')
    op.drop_index(op.f('ix_tracking_link_feedback_id'), table_name='tracking_link')
    op.drop_table('tracking_link')
    op.drop_index('uq_erasure_open', table_name='erasure', postgresql_where='done_at IS NULL')
    op.drop_table('erasure')
    op.drop_table('customer_preference')
    op.drop_index('uq_campaign_running', table_name='campaign', postgresql_where='stopped_at IS NULL')
    op.drop_table('campaign')
    op.drop_table('tombstone', schema='vault')
    op.drop_index('uq_survey_published', table_name='survey', postgresql_where="state = 'published'")
    op.drop_table('survey')
    op.drop_table('channel_bucket')
