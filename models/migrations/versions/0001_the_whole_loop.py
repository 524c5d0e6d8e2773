"""the whole loop

Revision: 0001
Follows: 
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('CREATE SCHEMA IF NOT EXISTS vault')
    op.create_table('channel_stop',
    sa.Column('channel', sa.Text(), nullable=False, comment='channel'),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False, comment='when it was stopped'),
    sa.Column('reason', sa.Text(), nullable=False, comment='what the vendor answered, in Chinese'),
    sa.PrimaryKeyConstraint('channel', name=op.f('pk_channel_stop'))
    )
    op.create_table('customer',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('pseudonym', sa.Text(), nullable=False, comment='keyed hash of the strongest identifier'),
    sa.Column('value', sa.SmallInteger(), nullable=False, comment='0 ordinary … 3 most valuable'),
    sa.Column('first_seen_at', sa.DateTime(timezone=True), nullable=False, comment='earliest feedback'),
    sa.CheckConstraint('value BETWEEN 0 AND 3', name=op.f('ck_customer_value_range')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer')),
    sa.UniqueConstraint('pseudonym', name=op.f('uq_customer_pseudonym'))
    )
    op.create_table('department',
    sa.Column('code', sa.Text(), nullable=False, comment='short code'),
    sa.Column('name', sa.Text(), nullable=False, comment='Chinese name'),
    sa.Column('owner', sa.Text(), nullable=False, comment='title of the person who answers for it'),
    sa.Column('address', sa.Text(), nullable=True, comment='where task messages go'),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_department'))
    )
    op.create_table('metric_observation',
    sa.Column('metric', sa.Text(), nullable=False, comment='name of the metric, with its subject'),
    sa.Column('day', sa.Date(), nullable=False, comment='day in Asia/Shanghai'),
    sa.Column('slice', sa.Text(), nullable=False, comment='all, or channel:…, region:…'),
    sa.Column('numerator', sa.BigInteger(), nullable=False, comment='customers who spoke of it'),
    sa.Column('denominator', sa.BigInteger(), nullable=False, comment='accepted feedback of that day and slice'),
    sa.Column('exposure', sa.Float(), nullable=True, comment='orders of that day and slice, when known'),
    sa.CheckConstraint('numerator >= 0 AND denominator >= 0', name=op.f('ck_metric_observation_not_negative')),
    sa.PrimaryKeyConstraint('metric', 'day', 'slice', name=op.f('pk_metric_observation'))
    )
    op.create_table('operation_figure',
    sa.Column('day', sa.Date(), nullable=False, comment='day in Asia/Shanghai'),
    sa.Column('name', sa.Text(), nullable=False, comment='orders, contacts, …'),
    sa.Column('region', sa.Text(), nullable=False, comment='region, empty for none'),
    sa.Column('product', sa.Text(), nullable=False, comment='product, empty for none'),
    sa.Column('value', sa.Float(), nullable=False, comment='amount of that day'),
    sa.CheckConstraint('value >= 0', name=op.f('ck_operation_figure_not_negative')),
    sa.PrimaryKeyConstraint('day', 'name', 'region', 'product', name=op.f('pk_operation_figure'))
    )
    op.create_table('outbox',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('subject', sa.Text(), nullable=False, comment='life:id, for example action:12'),
    sa.Column('event', sa.Text(), nullable=False, comment='what happened; names the template'),
    sa.Column('round', sa.SmallInteger(), nullable=False, comment='round of the subject'),
    sa.Column('audience', sa.Text(), nullable=False, comment='kind of recipient'),
    sa.Column('recipient', sa.Text(), nullable=False, comment='customer:id or department:code; never an address'),
    sa.Column('channel', sa.Text(), nullable=False, comment='channel it goes out by'),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='values for the template, without personal data'),
    sa.Column('verification_id', sa.BigInteger(), nullable=True, comment='verification whose number it may quote'),
    sa.Column('state', sa.Text(), nullable=False, comment='where its delivery stands'),
    sa.Column('attempts', sa.SmallInteger(), nullable=False, comment='how often it was handed over'),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=False, comment='not before this time'),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True, comment='a dispatcher that holds it is alive until then'),
    sa.Column('repeat', sa.Boolean(), nullable=False, comment='an earlier attempt may have arrived'),
    sa.Column('receipt', sa.Text(), nullable=True, comment='answer of the vendor'),
    sa.Column('note', sa.Text(), nullable=True, comment='why it waits or failed'),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False, comment='time of the change it tells of'),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True, comment="when the vendor's success code was read"),
    sa.CheckConstraint("audience IN ('customer', 'department', 'owner', 'leadership')", name=op.f('ck_outbox_audience_known')),
    sa.CheckConstraint("state IN ('pending', 'sending', 'sent', 'retry', 'dead', 'unknown', 'suppressed')", name=op.f('ck_outbox_state_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('subject', 'event', 'round', 'recipient', 'channel', name=op.f('uq_outbox_subject_event_round_recipient_channel'))
    )
    op.create_index('ix_outbox_due', 'outbox', ['next_attempt_at'], unique=False, postgresql_where="state IN ('pending', 'retry', 'sending', 'unknown')")
    op.create_table('report',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('kind', sa.Text(), nullable=False, comment='run, weekly or monthly'),
    sa.Column('period_start', sa.Date(), nullable=False, comment='first day'),
    sa.Column('period_end', sa.Date(), nullable=False, comment='last day'),
    sa.Column('path', sa.Text(), nullable=False, comment='file, relative to the home folder'),
    sa.Column('sha256', sa.Text(), nullable=False, comment='of the file'),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='the numbers it shows'),
    sa.Column('lineage', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='where each number comes from'),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False, comment='when it was written'),
    sa.Column('run', sa.Text(), nullable=True, comment='flow run that wrote it'),
    sa.CheckConstraint("kind IN ('run', 'weekly', 'monthly')", name=op.f('ck_report_kind_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report'))
    )
    op.create_table('source',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('name', sa.Text(), nullable=False, comment='short name, used by people and in run names'),
    sa.Column('title', sa.Text(), nullable=False, comment='Chinese title'),
    sa.Column('kind', sa.Text(), nullable=False, comment='csv, excel, jsonl, …: a key of sources.registry.KINDS'),
    sa.Column('channel', sa.Text(), nullable=False, comment='channel code its feedback belongs to'),
    sa.Column('owner', sa.Text(), nullable=True, comment='department that answers for this source'),
    sa.Column('definition', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='definition as the user wrote it'),
    sa.Column('cursor', sa.Text(), nullable=True, comment='how far a pulled source has been read'),
    sa.Column('last_success_at', sa.DateTime(timezone=True), nullable=True, comment='end of the last delivery without errors'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_source')),
    sa.UniqueConstraint('name', name=op.f('uq_source_name'))
    )
    op.create_table('taxonomy_version',
    sa.Column('version', sa.Text(), nullable=False, comment='version named in the file'),
    sa.Column('fingerprint', sa.Text(), nullable=False, comment='sha256 of the file'),
    sa.Column('body', sa.Text(), nullable=False, comment='the file'),
    sa.Column('used_since', sa.DateTime(timezone=True), nullable=False, comment='first use'),
    sa.PrimaryKeyConstraint('version', name=op.f('pk_taxonomy_version')),
    sa.UniqueConstraint('fingerprint', name=op.f('uq_taxonomy_version_fingerprint'))
    )
    op.create_table('app_user',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('login', sa.Text(), nullable=False, comment='log-in name'),
    sa.Column('name', sa.Text(), nullable=False, comment='name shown'),
    sa.Column('role', sa.Text(), nullable=False, comment='what the person may do'),
    sa.Column('department', sa.Text(), nullable=True, comment='where the person works'),
    sa.CheckConstraint("role IN ('admin', 'voc', 'agent', 'handler', 'head', 'leader', 'auditor')", name=op.f('ck_app_user_role_known')),
    sa.ForeignKeyConstraint(['department'], ['department.code'], name=op.f('fk_app_user_department')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_app_user')),
    sa.UniqueConstraint('login', name=op.f('uq_app_user_login'))
    )
    op.create_table('delivery',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('source_id', sa.BigInteger(), nullable=False, comment='where it came from'),
    sa.Column('origin', sa.Text(), nullable=False, comment='file name or address, without secrets'),
    sa.Column('fingerprint', sa.Text(), nullable=False, comment='sha256 of the bytes; names a delivery that was cut short'),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False, comment='when reading began'),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True, comment='when the last part was stored'),
    sa.Column('error', sa.Text(), nullable=True, comment='why it could not be read, in Chinese, until it can'),
    sa.Column('run', sa.Text(), nullable=True, comment='flow run that read it last'),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name=op.f('fk_delivery_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery'))
    )
    op.create_index('uq_delivery_unfinished', 'delivery', ['source_id', 'fingerprint'], unique=True, postgresql_where='finished_at IS NULL')
    op.create_table('problem',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('key', sa.Text(), nullable=False, comment='what its members have in common, never changed'),
    sa.Column('issue', sa.Text(), nullable=False, comment='issue code'),
    sa.Column('area', sa.Text(), nullable=False, comment='business area code'),
    sa.Column('name', sa.Text(), nullable=False, comment='Chinese sentence it is called by'),
    sa.Column('state', sa.Text(), nullable=False, comment='derived from the log'),
    sa.Column('round', sa.SmallInteger(), nullable=False, comment='how many times it was taken on'),
    sa.Column('department', sa.Text(), nullable=False, comment='who owns it'),
    sa.Column('first_seen_at', sa.DateTime(timezone=True), nullable=False, comment='earliest member'),
    sa.Column('detected_at', sa.DateTime(timezone=True), nullable=False, comment='when it was seen to recur'),
    sa.Column('alarm_from', sa.DateTime(timezone=True), nullable=False, comment='start of the window that raised it'),
    sa.Column('alarm_until', sa.DateTime(timezone=True), nullable=False, comment='end of the window that raised it'),
    sa.Column('root_cause', sa.Text(), nullable=True, comment='of the present round'),
    sa.Column('dimension', sa.Text(), nullable=True, comment='of the root cause'),
    sa.Column('merged_into', sa.BigInteger(), nullable=True, comment='problem that took it over'),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False, comment='time of the last step'),
    sa.CheckConstraint("state IN ('detected', 'confirmed', 'diagnosed', 'improving', 'verifying', 'effective', 'closed', 'dismissed')", name=op.f('ck_problem_state_known')),
    sa.ForeignKeyConstraint(['department'], ['department.code'], name=op.f('fk_problem_department')),
    sa.ForeignKeyConstraint(['merged_into'], ['problem.id'], name=op.f('fk_problem_merged_into')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_problem')),
    sa.UniqueConstraint('key', name=op.f('uq_problem_key'))
    )
    op.create_index('ix_problem_state', 'problem', ['state'], unique=False)
    op.create_table('contact',
    sa.Column('customer_id', sa.BigInteger(), autoincrement=False, nullable=False, comment='whose contact it is'),
    sa.Column('phone', sa.Text(), nullable=True, comment='mobile number'),
    sa.Column('email', sa.Text(), nullable=True, comment='mail address'),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_contact_customer_id')),
    sa.PrimaryKeyConstraint('customer_id', name=op.f('pk_contact')),
    schema='vault'
    )
    op.create_table('action',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('problem_id', sa.BigInteger(), nullable=False, comment='problem it works on'),
    sa.Column('round', sa.SmallInteger(), nullable=False, comment='round of the problem'),
    sa.Column('measure', sa.Text(), nullable=False, comment='title of the measure'),
    sa.Column('detail', sa.Text(), nullable=False, comment='who does what, and how'),
    sa.Column('kind', sa.Text(), nullable=False, comment='corrective or preventive'),
    sa.Column('dimension', sa.Text(), nullable=False, comment='process, people, technology or product'),
    sa.Column('state', sa.Text(), nullable=False, comment='derived from the log'),
    sa.Column('own_round', sa.SmallInteger(), nullable=False, comment='rounds of the action itself'),
    sa.Column('department', sa.Text(), nullable=False, comment='who does it'),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False, comment='deadline of implementation'),
    sa.Column('went_live', sa.DateTime(timezone=True), nullable=True, comment='when it took effect'),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False, comment='time of the last step'),
    sa.CheckConstraint("kind IN ('corrective', 'preventive')", name=op.f('ck_action_kind_known')),
    sa.CheckConstraint("state IN ('proposed', 'approved', 'accepted', 'in_progress', 'implemented', 'verified', 'ineffective', 'returned', 'cancelled')", name=op.f('ck_action_state_known')),
    sa.ForeignKeyConstraint(['department'], ['department.code'], name=op.f('fk_action_department')),
    sa.ForeignKeyConstraint(['problem_id'], ['problem.id'], name=op.f('fk_action_problem_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_action')),
    sa.UniqueConstraint('problem_id', 'round', 'measure', name=op.f('uq_action_problem_id_round_measure'))
    )
    op.create_index(op.f('ix_action_problem_id'), 'action', ['problem_id'], unique=False)
    op.create_table('batch',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('delivery_id', sa.BigInteger(), nullable=False, comment='delivery it is part of'),
    sa.Column('part', sa.BigInteger(), nullable=False, comment='1, 2, 3 … in reading order'),
    sa.Column('state', sa.Text(), nullable=False, comment='how far it has come'),
    sa.Column('rows_read', sa.BigInteger(), nullable=False, comment='rows of the source in this part'),
    sa.Column('rows_stored', sa.BigInteger(), nullable=False, comment='became feedback'),
    sa.Column('rows_duplicate', sa.BigInteger(), nullable=False, comment='already known by key'),
    sa.Column('rows_near_duplicate', sa.BigInteger(), nullable=False, comment='copies of known words'),
    sa.Column('rows_rejected', sa.BigInteger(), nullable=False, comment='advertising, abuse, test data, placeholders'),
    sa.Column('rows_quarantined', sa.BigInteger(), nullable=False, comment='waiting to be repaired'),
    sa.Column('rows_blank', sa.BigInteger(), nullable=False, comment='without any content'),
    sa.Column('quality_score', sa.Float(), nullable=True, comment='0–100, from the check'),
    sa.Column('validation', postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment='result of the check, without cell values'),
    sa.Column('refused_because', sa.Text(), nullable=True, comment='why the batch as a whole was not taken'),
    sa.Column('collected_at', sa.DateTime(timezone=True), nullable=False, comment='when its raw records were stored'),
    sa.Column('analysed_at', sa.DateTime(timezone=True), nullable=True, comment='when its rows were all accounted for'),
    sa.Column('aggregated_at', sa.DateTime(timezone=True), nullable=True, comment='when its feedback was gathered into problems'),
    sa.CheckConstraint("state <> 'analysed' OR rows_read = rows_stored + rows_duplicate + rows_near_duplicate + rows_rejected + rows_quarantined + rows_blank", name=op.f('ck_batch_rows_accounted')),
    sa.CheckConstraint("state IN ('collected', 'checked', 'analysed')", name=op.f('ck_batch_state_known')),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_batch_delivery_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_batch')),
    sa.UniqueConstraint('delivery_id', 'part', name=op.f('uq_batch_delivery_id_part'))
    )
    op.create_index('ix_batch_open', 'batch', ['state', 'id'], unique=False, postgresql_where="state IN ('collected', 'checked')")
    op.create_table('problem_lineage',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('parent_id', sa.BigInteger(), nullable=False, comment='problem that was there before'),
    sa.Column('child_id', sa.BigInteger(), nullable=False, comment='problem that holds the members now'),
    sa.Column('kind', sa.Text(), nullable=False, comment='merge or split'),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False, comment='when'),
    sa.Column('by', sa.Text(), nullable=False, comment='who'),
    sa.CheckConstraint("kind IN ('merge', 'split')", name=op.f('ck_problem_lineage_kind_known')),
    sa.CheckConstraint('parent_id <> child_id', name=op.f('ck_problem_lineage_not_itself')),
    sa.ForeignKeyConstraint(['child_id'], ['problem.id'], name=op.f('fk_problem_lineage_child_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['problem.id'], name=op.f('fk_problem_lineage_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_problem_lineage'))
    )
    op.create_table('problem_log',
    sa.Column('subject_id', sa.BigInteger(), nullable=False, comment='problem'),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('seq', sa.BigInteger(), nullable=False, comment='1, 2, 3 … within the subject'),
    sa.Column('step', sa.Text(), nullable=False, comment='name of the step'),
    sa.Column('state', sa.Text(), nullable=False, comment='state it led to'),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False, comment='when it happened'),
    sa.Column('by', sa.Text(), nullable=False, comment='person:…, rule:… or system:…'),
    sa.Column('run', sa.Text(), nullable=True, comment='flow run it came from'),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='facts the step needs, and the reason given'),
    sa.ForeignKeyConstraint(['subject_id'], ['problem.id'], name=op.f('fk_problem_log_subject_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_problem_log')),
    sa.UniqueConstraint('subject_id', 'seq', name=op.f('uq_problem_log_subject_id_seq'))
    )
    op.create_table('action_log',
    sa.Column('subject_id', sa.BigInteger(), nullable=False, comment='action'),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('seq', sa.BigInteger(), nullable=False, comment='1, 2, 3 … within the subject'),
    sa.Column('step', sa.Text(), nullable=False, comment='name of the step'),
    sa.Column('state', sa.Text(), nullable=False, comment='state it led to'),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False, comment='when it happened'),
    sa.Column('by', sa.Text(), nullable=False, comment='person:…, rule:… or system:…'),
    sa.Column('run', sa.Text(), nullable=True, comment='flow run it came from'),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='facts the step needs, and the reason given'),
    sa.ForeignKeyConstraint(['subject_id'], ['action.id'], name=op.f('fk_action_log_subject_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_action_log')),
    sa.UniqueConstraint('subject_id', 'seq', name=op.f('uq_action_log_subject_id_seq'))
    )
    op.create_table('contract',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('action_id', sa.BigInteger(), nullable=False, comment='action it judges'),
    sa.Column('body', sa.Text(), nullable=False, comment='canonical JSON of the contract'),
    sa.Column('locked_hash', sa.Text(), nullable=True, comment='sha256 of the body when it was locked'),
    sa.Column('locked_at', sa.DateTime(timezone=True), nullable=True, comment='when it was locked'),
    sa.Column('locked_by', sa.Text(), nullable=True, comment='who locked it'),
    sa.CheckConstraint('(locked_at IS NULL) = (locked_hash IS NULL)', name=op.f('ck_contract_locked_whole')),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_contract_action_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contract')),
    sa.UniqueConstraint('action_id', name=op.f('uq_contract_action_id'))
    )
    op.create_table('raw_record',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('source_id', sa.BigInteger(), nullable=False, comment='where it came from'),
    sa.Column('batch_id', sa.BigInteger(), nullable=False, comment='batch that brought it first'),
    sa.Column('row', sa.BigInteger(), nullable=False, comment='row number in the file, the header being row 1'),
    sa.Column('record_key', sa.Text(), nullable=False, comment='external id, or hash of text, author and minute'),
    sa.Column('payload_hash', sa.Text(), nullable=False, comment='hash of the payload: an edited record is a new version'),
    sa.Column('payload', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='column → cell, as read'),
    sa.Column('outcome', sa.Text(), nullable=False, comment='what became of it'),
    sa.Column('reason', sa.Text(), nullable=True, comment='why it was rejected or what it is a copy of'),
    sa.CheckConstraint("outcome IN ('pending', 'passed', 'stored', 'near_duplicate', 'rejected', 'quarantined', 'blank')", name=op.f('ck_raw_record_outcome_known')),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_raw_record_batch_id')),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name=op.f('fk_raw_record_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_raw_record')),
    sa.UniqueConstraint('source_id', 'record_key', 'payload_hash', name=op.f('uq_raw_record_source_id_record_key_payload_hash')),
    schema='vault'
    )
    op.create_index('ix_raw_record_batch', 'raw_record', ['batch_id', 'row'], unique=False, schema='vault')
    op.create_table('verification',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('action_id', sa.BigInteger(), nullable=False, comment='action judged'),
    sa.Column('attempt', sa.BigInteger(), nullable=False, comment='1, and one more after each extension'),
    sa.Column('due_on', sa.Date(), nullable=False, comment='first day it could be computed'),
    sa.Column('verdict', sa.Text(), nullable=False, comment='one of the verdicts'),
    sa.Column('sentence', sa.Text(), nullable=False, comment='the verdict as people read it'),
    sa.Column('result', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='design, estimate, interval, p, diagnostics, windows, series'),
    sa.Column('lineage', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='query, hash of the row set, model, taxonomy, contract, run'),
    sa.Column('computed_at', sa.DateTime(timezone=True), nullable=False, comment='when it was computed'),
    sa.CheckConstraint("verdict IN ('effective', 'partly_effective', 'ineffective', 'worse', 'insufficient', 'invalid_contract', 'not_identifiable')", name=op.f('ck_verification_verdict_known')),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_verification_action_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_verification')),
    sa.UniqueConstraint('action_id', 'attempt', name=op.f('uq_verification_action_id_attempt'))
    )
    op.create_table('feedback',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('tracking_number', sa.Text(), nullable=False, comment='unguessable number told to the customer'),
    sa.Column('raw_record_id', sa.BigInteger(), nullable=False, comment='the words as received'),
    sa.Column('batch_id', sa.BigInteger(), nullable=False, comment='batch it came with'),
    sa.Column('source_id', sa.BigInteger(), nullable=False, comment='where it came from'),
    sa.Column('record_key', sa.Text(), nullable=False, comment='key within the source'),
    sa.Column('channel', sa.Text(), nullable=False, comment='channel code'),
    sa.Column('touchpoint', sa.Text(), nullable=True, comment='moment of the journey it was given at'),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False, comment='when the customer said it'),
    sa.Column('customer_id', sa.BigInteger(), nullable=True, comment='who said it'),
    sa.Column('agent', sa.Text(), nullable=True, comment='staff member who served, by staff number'),
    sa.Column('region', sa.Text(), nullable=True, comment='region served'),
    sa.Column('product', sa.Text(), nullable=True, comment='product spoken about'),
    sa.Column('rating', sa.Float(), nullable=True, comment="1–5, whatever the source's own scale was"),
    sa.Column('text', sa.Text(), nullable=False, comment='the words, personal data masked'),
    sa.Column('content_hash', sa.BigInteger(), nullable=False, comment='hash of the words without punctuation'),
    sa.Column('disposition', sa.Text(), nullable=False, comment='accepted, near_duplicate or rejected'),
    sa.Column('reason', sa.Text(), nullable=True, comment='why it was rejected'),
    sa.Column('copy_of', sa.BigInteger(), nullable=True, comment='feedback whose words it repeats'),
    sa.Column('superseded_by', sa.BigInteger(), nullable=True, comment='later version of the same record'),
    sa.CheckConstraint("(disposition = 'near_duplicate') = (copy_of IS NOT NULL)", name=op.f('ck_feedback_copy_named')),
    sa.CheckConstraint("disposition IN ('accepted', 'near_duplicate', 'rejected')", name=op.f('ck_feedback_disposition_known')),
    sa.CheckConstraint('rating BETWEEN 1 AND 5', name=op.f('ck_feedback_rating_range')),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_feedback_batch_id')),
    sa.ForeignKeyConstraint(['copy_of'], ['feedback.id'], name=op.f('fk_feedback_copy_of')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_feedback_customer_id')),
    sa.ForeignKeyConstraint(['raw_record_id'], ['vault.raw_record.id'], name=op.f('fk_feedback_raw_record_id')),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name=op.f('fk_feedback_source_id')),
    sa.ForeignKeyConstraint(['superseded_by'], ['feedback.id'], name=op.f('fk_feedback_superseded_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback')),
    sa.UniqueConstraint('raw_record_id', name=op.f('uq_feedback_raw_record_id')),
    sa.UniqueConstraint('tracking_number', name=op.f('uq_feedback_tracking_number'))
    )
    op.create_index(op.f('ix_feedback_batch_id'), 'feedback', ['batch_id'], unique=False)
    op.create_index('ix_feedback_content', 'feedback', ['content_hash'], unique=False)
    op.create_index(op.f('ix_feedback_customer_id'), 'feedback', ['customer_id'], unique=False)
    op.create_index('ix_feedback_occurred', 'feedback', ['occurred_at'], unique=False)
    op.create_index('ix_feedback_record', 'feedback', ['source_id', 'record_key'], unique=False)
    op.create_table('quarantine',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('raw_record_id', sa.BigInteger(), nullable=False, comment='the row as received'),
    sa.Column('batch_id', sa.BigInteger(), nullable=False, comment='batch it came with'),
    sa.Column('row', sa.BigInteger(), nullable=False, comment='row number in the file'),
    sa.Column('column', sa.Text(), nullable=False, comment='column that is wrong; * for the whole row'),
    sa.Column('reason', sa.Text(), nullable=False, comment='what is wrong and how to mend it, in Chinese'),
    sa.Column('state', sa.Text(), nullable=False, comment='waiting, released or discarded'),
    sa.Column('decided_by', sa.Text(), nullable=True, comment='who released or discarded it'),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True, comment='when that was'),
    sa.CheckConstraint("state IN ('waiting', 'released', 'discarded')", name=op.f('ck_quarantine_state_known')),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_quarantine_batch_id')),
    sa.ForeignKeyConstraint(['raw_record_id'], ['vault.raw_record.id'], name=op.f('fk_quarantine_raw_record_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quarantine')),
    sa.UniqueConstraint('raw_record_id', name=op.f('uq_quarantine_raw_record_id'))
    )
    op.create_index('ix_quarantine_waiting', 'quarantine', ['id'], unique=False, postgresql_where="state = 'waiting'")
    op.create_table('annotation',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('feedback_id', sa.BigInteger(), nullable=False, comment='feedback'),
    sa.Column('model_version', sa.Text(), nullable=False, comment='model that read it'),
    sa.Column('taxonomy_version', sa.Text(), nullable=False, comment='taxonomy used'),
    sa.Column('type', sa.Text(), nullable=False, comment='praise, suggestion, complaint or enquiry'),
    sa.Column('type_confidence', sa.Float(), nullable=False, comment='calibrated, 0–1'),
    sa.Column('sentiment', sa.Float(), nullable=False, comment='−1 … 1'),
    sa.Column('sentiment_confidence', sa.Float(), nullable=False, comment='calibrated, 0–1'),
    sa.Column('dimension', sa.Text(), nullable=True, comment='process, people, technology, product, environment'),
    sa.Column('severity', sa.SmallInteger(), nullable=False, comment='0 none, 1 severe words, 2 safety or outage'),
    sa.Column('vague', sa.Boolean(), nullable=False, comment='a complaint that names nothing concrete'),
    sa.Column('priority', sa.Text(), nullable=False, comment='urgent, high, medium or low'),
    sa.Column('priority_parts', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='score, parts, reasons, and what would raise it'),
    sa.CheckConstraint("priority IN ('urgent', 'high', 'medium', 'low')", name=op.f('ck_annotation_priority_known')),
    sa.CheckConstraint("type IN ('praise', 'suggestion', 'complaint', 'enquiry')", name=op.f('ck_annotation_type_known')),
    sa.CheckConstraint('sentiment BETWEEN -1 AND 1', name=op.f('ck_annotation_sentiment_range')),
    sa.ForeignKeyConstraint(['feedback_id'], ['feedback.id'], name=op.f('fk_annotation_feedback_id')),
    sa.ForeignKeyConstraint(['taxonomy_version'], ['taxonomy_version.version'], name=op.f('fk_annotation_taxonomy_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_annotation')),
    sa.UniqueConstraint('feedback_id', 'model_version', 'taxonomy_version', name=op.f('uq_annotation_feedback_id_model_version_taxonomy_version'))
    )
    op.create_table('case',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('feedback_id', sa.BigInteger(), nullable=False, comment='what is answered'),
    sa.Column('state', sa.Text(), nullable=False, comment='derived from the log'),
    sa.Column('round', sa.SmallInteger(), nullable=False, comment='1, and one more each time it re-opens'),
    sa.Column('department', sa.Text(), nullable=True, comment='who answers'),
    sa.Column('issue', sa.Text(), nullable=True, comment='issue it was routed by'),
    sa.Column('category', sa.Text(), nullable=False, comment='what it is about, in words a customer may read'),
    sa.Column('priority', sa.Text(), nullable=False, comment='at opening'),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False, comment='start of the clocks'),
    sa.Column('respond_by', sa.DateTime(timezone=True), nullable=False, comment='deadline of the first answer'),
    sa.Column('resolve_by', sa.DateTime(timezone=True), nullable=False, comment='deadline of the solution'),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False, comment='time of the last step'),
    sa.CheckConstraint("priority IN ('urgent', 'high', 'medium', 'low')", name=op.f('ck_case_priority_known')),
    sa.CheckConstraint("state IN ('received', 'acknowledged', 'assigned', 'responded', 'resolved', 'confirmed')", name=op.f('ck_case_state_known')),
    sa.ForeignKeyConstraint(['department'], ['department.code'], name=op.f('fk_case_department')),
    sa.ForeignKeyConstraint(['feedback_id'], ['feedback.id'], name=op.f('fk_case_feedback_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case')),
    sa.UniqueConstraint('feedback_id', name=op.f('uq_case_feedback_id'))
    )
    op.create_table('duplicate_band',
    sa.Column('feedback_id', sa.BigInteger(), autoincrement=False, nullable=False, comment='feedback'),
    sa.Column('band', sa.SmallInteger(), autoincrement=False, nullable=False, comment='number of the band'),
    sa.Column('key', sa.BigInteger(), nullable=False, comment='hash of the band'),
    sa.ForeignKeyConstraint(['feedback_id'], ['feedback.id'], name=op.f('fk_duplicate_band_feedback_id')),
    sa.PrimaryKeyConstraint('feedback_id', 'band', name=op.f('pk_duplicate_band'))
    )
    op.create_index('ix_duplicate_band_key', 'duplicate_band', ['key'], unique=False)
    op.create_table('case_log',
    sa.Column('subject_id', sa.BigInteger(), nullable=False, comment='case'),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('seq', sa.BigInteger(), nullable=False, comment='1, 2, 3 … within the subject'),
    sa.Column('step', sa.Text(), nullable=False, comment='name of the step'),
    sa.Column('state', sa.Text(), nullable=False, comment='state it led to'),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False, comment='when it happened'),
    sa.Column('by', sa.Text(), nullable=False, comment='person:…, rule:… or system:…'),
    sa.Column('run', sa.Text(), nullable=True, comment='flow run it came from'),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='facts the step needs, and the reason given'),
    sa.ForeignKeyConstraint(['subject_id'], ['case.id'], name=op.f('fk_case_log_subject_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_log')),
    sa.UniqueConstraint('subject_id', 'seq', name=op.f('uq_case_log_subject_id_seq'))
    )
    op.create_table('mention',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='surrogate key'),
    sa.Column('annotation_id', sa.BigInteger(), nullable=False, comment='annotation it belongs to'),
    sa.Column('feedback_id', sa.BigInteger(), nullable=False, comment='feedback'),
    sa.Column('area', sa.Text(), nullable=False, comment='business area code'),
    sa.Column('issue', sa.Text(), nullable=False, comment='issue code'),
    sa.Column('polarity', sa.SmallInteger(), nullable=False, comment='−1 against, 0 neutral, 1 for'),
    sa.Column('span_start', sa.BigInteger(), nullable=False, comment='first character in the masked text'),
    sa.Column('span_end', sa.BigInteger(), nullable=False, comment='one past the last character'),
    sa.Column('confidence', sa.Float(), nullable=False, comment='0–1'),
    sa.CheckConstraint('polarity IN (-1, 0, 1)', name=op.f('ck_mention_polarity_known')),
    sa.ForeignKeyConstraint(['annotation_id'], ['annotation.id'], name=op.f('fk_mention_annotation_id')),
    sa.ForeignKeyConstraint(['feedback_id'], ['feedback.id'], name=op.f('fk_mention_feedback_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mention')),
    sa.UniqueConstraint('annotation_id', 'issue', name=op.f('uq_mention_annotation_id_issue'))
    )
    op.create_index(op.f('ix_mention_feedback_id'), 'mention', ['feedback_id'], unique=False)
    op.create_index('ix_mention_issue', 'mention', ['issue', 'feedback_id'], unique=False)
    op.create_table('problem_member',
    sa.Column('problem_id', sa.BigInteger(), nullable=False, comment='problem'),
    sa.Column('feedback_id', sa.BigInteger(), nullable=False, comment='feedback'),
    sa.Column('mention_id', sa.BigInteger(), nullable=True, comment='place in the text that shows it'),
    sa.Column('method', sa.Text(), nullable=False, comment='rule or person that put it there'),
    sa.ForeignKeyConstraint(['feedback_id'], ['feedback.id'], name=op.f('fk_problem_member_feedback_id')),
    sa.ForeignKeyConstraint(['mention_id'], ['mention.id'], name=op.f('fk_problem_member_mention_id')),
    sa.ForeignKeyConstraint(['problem_id'], ['problem.id'], name=op.f('fk_problem_member_problem_id')),
    sa.PrimaryKeyConstraint('problem_id', 'feedback_id', name=op.f('pk_problem_member'))
    )
    op.create_index('ix_problem_member_feedback', 'problem_member', ['feedback_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_problem_member_feedback', table_name='problem_member')
    op.drop_table('problem_member')
    op.drop_index('ix_mention_issue', table_name='mention')
    op.drop_index(op.f('ix_mention_feedback_id'), table_name='mention')
    op.drop_table('mention')
    op.drop_table('case_log')
    op.drop_index('ix_duplicate_band_key', table_name='duplicate_band')
    op.drop_table('duplicate_band')
    op.drop_table('case')
    op.drop_table('annotation')
    op.drop_index('ix_quarantine_waiting', table_name='quarantine', postgresql_where="state = 'waiting'")
    op.drop_table('quarantine')
    op.drop_index('ix_feedback_record', table_name='feedback')
    op.drop_index('ix_feedback_occurred', table_name='feedback')
    op.drop_index(op.f('ix_feedback_customer_id'), table_name='feedback')
    op.drop_index('ix_feedback_content', table_name='feedback')
    op.drop_index(op.f('ix_feedback_batch_id'), table_name='feedback')
    op.drop_table('feedback')
    op.drop_table('verification')
    op.drop_index('ix_raw_record_batch', table_name='raw_record', schema='vault')
    op.drop_table('raw_record', schema='vault')
    op.drop_table('contract')
    op.drop_table('action_log')
    op.drop_table('problem_log')
    op.drop_table('problem_lineage')
    op.drop_index('ix_batch_open', table_name='batch', postgresql_where="state IN ('collected', 'checked')")
    op.drop_table('batch')
    op.drop_index(op.f('ix_action_problem_id'), table_name='action')
    op.drop_table('action')
    op.drop_table('contact', schema='vault')
    op.drop_index('ix_problem_state', table_name='problem')
    op.drop_table('problem')
    op.drop_index('uq_delivery_unfinished', table_name='delivery', postgresql_where='finished_at IS NULL')
    op.drop_table('delivery')
    op.drop_table('app_user')
    op.drop_table('taxonomy_version')
    op.drop_table('source')
    op.drop_table('report')
    op.drop_index('ix_outbox_due', table_name='outbox', postgresql_where="state IN ('pending', 'retry', 'sending', 'unknown')")
    op.drop_table('outbox')
    op.drop_table('operation_figure')
    op.drop_table('metric_observation')
    op.drop_table('department')
    op.drop_table('customer')
    op.drop_table('channel_stop')
    op.execute('DROP SCHEMA vault')
