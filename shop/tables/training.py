"""What models learn from and what becomes of them: redacted messages, labels, data sets, runs, model versions."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint

from shop.tables.base import Base, UtcDateTime


class TrainingMessage(Base):
    """A shopper's message as training may use it: redacted, with its reading and what came of it.

    ``state``: open, labelled, skipped. ``outcome``: resolved, asked_back, fallback, out_of_scope, handed_over, failed.
    The conversation and the message are named without a foreign key: their own retention may be shorter.
    """

    __tablename__ = "training_messages"
    __table_args__ = (Index("ix_training_messages_state_rank", "state", "rank"),)
    id = Column(Integer, primary_key=True)
    message_id = Column(Integer, nullable=False, unique=True)
    conversation_id = Column(String(32), nullable=False, index=True)
    text = Column(Text, nullable=False)
    language = Column(String(2), nullable=False, index=True)
    intent = Column(String(60), nullable=False, index=True)  # what the bot acted on
    likeliest = Column(String(60), nullable=False)
    second = Column(String(60), nullable=False, default="")
    confidence = Column(Float, nullable=False)
    margin = Column(Float, nullable=False)  # of the likeliest before the second
    out_of_scope_score = Column(Float, nullable=False)
    sentiment = Column(String(10), nullable=False, default="")
    entities = Column(JSON, nullable=False, default=list)  # offsets in the redacted text
    ranking = Column(JSON, nullable=False, default=list)  # [[intent, confidence], ...], likeliest first
    model = Column(String(64), nullable=False, default="", index=True)  # fingerprint of the model that read it
    outcome = Column(String(12), nullable=False, index=True)
    vote = Column(Integer, nullable=True)
    satisfaction = Column(Integer, nullable=True)
    reasons = Column(JSON, nullable=False, default=list)  # names of the reasons why it is worth a look
    rank = Column(Float, nullable=False, default=0.0)  # the higher, the earlier it is shown
    group = Column(Integer, nullable=True, index=True)  # similar messages carry the same number
    vector = Column(LargeBinary, nullable=True)  # float16, by the model named in vector_model
    vector_model = Column(String(64), nullable=False, default="")
    state = Column(String(10), nullable=False, default="open")
    created_at = Column(UtcDateTime, nullable=False, index=True)
    updated_at = Column(UtcDateTime, nullable=False, index=True)  # when what came of it was last looked at


class TrainingLabel(Base):
    """What one person says a message means; a withdrawn label counts no more. ``kind``: accepted, chosen,
    new_intent, out_of_scope, skipped, settled (ends a disagreement)."""

    __tablename__ = "training_labels"
    id = Column(Integer, primary_key=True)
    training_message_id = Column(ForeignKey("training_messages.id"), nullable=False, index=True)
    labeller = Column(String(80), nullable=False, index=True)
    kind = Column(String(12), nullable=False)
    intent = Column(String(60), nullable=False, default="")
    suggested = Column(String(60), nullable=False, default="")
    sentiment = Column(String(10), nullable=False, default="")
    entities = Column(JSON, nullable=True)  # empty: the entities were not looked at
    created_at = Column(UtcDateTime, nullable=False)
    withdrawn_at = Column(UtcDateTime, nullable=True)


class DataSetVersion(Base):
    """A state of the data that models were trained on; its files lie under the state folder."""

    __tablename__ = "data_set_versions"
    id = Column(Integer, primary_key=True)  # also its number
    checksum = Column(String(64), nullable=False, unique=True)
    folder = Column(String(200), nullable=False)  # relative to the state folder
    counts = Column(JSON, nullable=False)
    note = Column(String(300), nullable=False, default="")
    author = Column(String(80), nullable=False)
    created_at = Column(UtcDateTime, nullable=False)


class ModelVersion(Base):
    """A trained archive. ``state``: candidate, refused, champion (at most one), retired."""

    __tablename__ = "model_versions"
    id = Column(Integer, primary_key=True)
    fingerprint = Column(String(64), nullable=False, index=True)  # of the understanding model, as parses name it
    archive = Column(String(200), nullable=False)  # relative to the state folder
    archive_sha256 = Column(String(64), nullable=False)
    signature = Column(String(64), nullable=False)  # HMAC of the checksum with the shop's key
    trained_in = Column(String(200), nullable=False)  # folder of weights and served model, relative to the state folder
    continued_from_id = Column(ForeignKey("model_versions.id"), nullable=True)
    replaced_id = Column(ForeignKey("model_versions.id"), nullable=True)  # the champion before this one
    state = Column(String(10), nullable=False, default="candidate", index=True)
    evaluation = Column(JSON, nullable=False, default=dict)
    gate = Column(JSON, nullable=False, default=dict)  # what was compared, the verdict and its reasons
    health = Column(JSON, nullable=False, default=dict)  # what the running Rasa processes answered after promotion
    shadow = Column(Integer, nullable=False, default=0)  # 1: reads live messages silently
    note = Column(String(300), nullable=False, default="")
    created_at = Column(UtcDateTime, nullable=False)
    promoted_at = Column(UtcDateTime, nullable=True)
    promoted_by = Column(String(80), nullable=False, default="")


class TrainingRun(Base):
    """One retraining. ``state``: queued, running, stopping, stopped, failed, done.

    ``steps``: [{name, state, started_at, ended_at, inputs, outputs, checksum, message}]; ``progress``: the running
    step's figures, the loss curve among them.
    """

    __tablename__ = "training_runs"
    id = Column(Integer, primary_key=True)
    state = Column(String(10), nullable=False, default="queued", index=True)
    parameters = Column(JSON, nullable=False, default=dict)
    steps = Column(JSON, nullable=False, default=list)
    progress = Column(JSON, nullable=False, default=dict)
    error = Column(Text, nullable=False, default="")
    requested_by = Column(String(80), nullable=False)
    data_set_version_id = Column(ForeignKey("data_set_versions.id"), nullable=True)
    model_version_id = Column(ForeignKey("model_versions.id"), nullable=True)
    created_at = Column(UtcDateTime, nullable=False)
    started_at = Column(UtcDateTime, nullable=True)
    ended_at = Column(UtcDateTime, nullable=True)


class ShadowReading(Base):
    """What a candidate would have understood of a message that the champion answered."""

    __tablename__ = "shadow_readings"
    __table_args__ = (UniqueConstraint("model_version_id", "training_message_id"),)
    id = Column(Integer, primary_key=True)
    model_version_id = Column(ForeignKey("model_versions.id"), nullable=False, index=True)
    training_message_id = Column(ForeignKey("training_messages.id"), nullable=False, index=True)
    intent = Column(String(60), nullable=False)
    confidence = Column(Float, nullable=False)
    created_at = Column(UtcDateTime, nullable=False)
