"""Keep the vector of a decision's example beside it, so that it is not encoded whenever gaps are grouped."""

from alembic import op
import sqlalchemy as sa


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('gap_decisions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('vector', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('encoder', sa.String(length=120), server_default='', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('gap_decisions', schema=None) as batch_op:
        batch_op.drop_column('encoder')
        batch_op.drop_column('vector')
