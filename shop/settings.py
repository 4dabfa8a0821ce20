"""Every setting of Aisle in one table. Each is read from the environment as ``AISLE_<NAME>``."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings table; ``docs/settings.md`` is written from it by ``python -m shop settings``."""

    model_config = SettingsConfigDict(env_prefix="AISLE_", extra="ignore")

    state_dir: Path = Field(Path("var"), description="Folder of everything a running shop writes.")
    database_url: str = Field(
        "", description="SQLAlchemy URL, for example of PostgreSQL; empty means SQLite in the state folder."
    )
    redis_url: str = Field("", description="Redis for jobs; empty means jobs in SQLite in the state folder.")

    host: str = Field("127.0.0.1", description="Address the public web server listens on.")
    port: int = Field(8080, description="Port of the public web server.")
    rasa_port: int = Field(5005, description="Loopback port of Rasa.")
    actions_port: int = Field(5055, description="Loopback port of the action server.")
    allowed_origins: str = Field(
        "*", description="Comma-separated origins whose pages may embed the widget; * allows every site."
    )

    turn_timeout_seconds: float = Field(
        15.0, description="How long a shopper's message may wait for Rasa before an honest sentence is sent."
    )
    message_max_characters: int = Field(2000, description="Longest message a shopper may send.")
    messages_per_minute: int = Field(30, description="Most messages one conversation may send in a minute.")
    conversations_per_minute: int = Field(60, description="Most conversations one address may open in a minute.")
    conversation_token_days: int = Field(30, description="Days a conversation's token stays valid.")

    retention_days: int = Field(
        365, ge=0, description="Days a conversation is kept after its last message; 0 means for good."
    )
    training_retention_days: int = Field(
        730, ge=0, description="Days a redacted message is kept for training; 0 means for good."
    )

    code_ttl_seconds: int = Field(600, description="Seconds a one-time code stays valid.")
    code_max_tries: int = Field(5, description="Wrong tries after which a one-time code is void.")
    codes_per_hour: int = Field(5, description="Most one-time codes one conversation may ask for in an hour.")
    codes_per_hour_of_email: int = Field(
        10, description="One-time codes of one e-mail in an hour past which they are longer and mailed once a minute."
    )

    public_url: str = Field(
        "", description="Where browsers reach this server, for the links it makes; empty means http://HOST:PORT."
    )
    staff_session_idle_minutes: int = Field(120, description="Minutes without a click after which staff sign in again.")
    staff_session_hours: int = Field(12, description="Hours after which staff sign in again, however busy they are.")
    staff_link_hours: int = Field(48, description="Hours a one-time link for staff stays valid.")
    sign_in_tries_per_account: int = Field(
        10, description="Most wrong passwords for one staff account within 15 minutes."
    )
    sign_in_tries_per_address: int = Field(
        50, description="Most wrong passwords of staff from one address within 15 minutes."
    )

    policy_file: str = Field(
        "", description="YAML file of what the shop allows (docs/policy.md); empty means the demo shop's."
    )

    base_model: str = Field(
        "auto",
        description="BERT that is fine-tuned for understanding: a name, a folder or a Hugging Face hub name; `auto` is "
        "the English one where all training texts are English, else the multilingual one.",
    )
    encoder_en: str = Field("all-MiniLM-L6-v2", description="Base model of the encoder that searches English articles.")
    encoder_zh: str = Field(
        "multilingual-e5-small", description="Base model of the encoder that searches Chinese articles."
    )
    guard_actions: bool = Field(
        False, description="Whether the action server asks for the channel's secret; `make run` says yes."
    )
    training_threads: int = Field(0, description="Threads training may use; 0 means every core.")
    kept_models: int = Field(5, description="Newest model versions whose archives and weights are kept.")
    model_pull_seconds: int = Field(5, description="Seconds after which Rasa asks again for a newly promoted model.")
    rasa_urls: str = Field(
        "",
        description="Addresses of all Rasa processes that a promotion must reach, comma-separated; empty means the one "
        "on the Rasa port.",
    )
    onnx_threads: int = Field(1, description="Threads one run of an ONNX model may use.")

    gemma_languages: str = Field(
        "en", description="Languages whose product descriptions Gemma writes ahead, comma-separated; empty for none."
    )
    catalogue_writer_seconds: float = Field(180.0, description="Longest one description written ahead may take.")
    live_writer: Literal["gemma", "template"] = Field(
        "template", description="Who words recommendation replies while the shopper waits."
    )
    live_writer_seconds: float = Field(
        0.8, description="How long a live reply may wait for the language model before the template writes it."
    )

    shop_name: str = Field("Alder & Finch", description="Name the bot gives the shop.")
    demo: bool = Field(True, description="Serve the demo shop's pages, sign-in and mailbox.")

    @property
    def resolved_database_url(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.state_dir.resolve() / 'aisle.db'}"

    @property
    def resolved_public_url(self) -> str:
        """The address in force, without a slash at its end."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def loopback_url(self) -> str:
        """Where the other processes of this machine reach the web server."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not listened on
        return f"http://{host}:{self.port}"

    @property
    def resolved_rasa_urls(self) -> tuple[str, ...]:
        """The addresses of all Rasa processes, without a slash at their ends."""
        given = tuple(url.strip().rstrip("/") for url in self.rasa_urls.split(",") if url.strip())
        return given or (f"http://127.0.0.1:{self.rasa_port}",)

    @property
    def secret_key(self) -> str:
        """The key that signs tokens: ``AISLE_SECRET_KEY``, else one made once and kept in the state folder."""
        given = os.environ.get("AISLE_SECRET_KEY")
        return given or _kept_secret(self.state_dir / "secret_key")

    @property
    def channel_secret(self) -> str:
        """What the gateway shows to Rasa's channel; derived, so that every process agrees on it."""
        return hashlib.sha256(f"channel:{self.secret_key}".encode()).hexdigest()

    @property
    def customer_token_key(self) -> str:
        """What the shop's own server signs customer tokens with: ``AISLE_CUSTOMER_TOKEN_KEY`` (32 characters or
        more, known to both), else derived from the secret key, which serves the demo shop."""
        given = os.environ.get("AISLE_CUSTOMER_TOKEN_KEY")
        return given or hashlib.sha256(f"customer:{self.secret_key}".encode()).hexdigest()


def _kept_secret(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):  # another process was first: its key stands
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()


#: Settings that are kept out of the table's fields, so that no dump of the settings shows them.
_SECRETS = (
    ("AISLE_SECRET_KEY", "made once, kept in the state folder", "Key that signs tokens and hashes codes."),
    ("AISLE_CUSTOMER_TOKEN_KEY", "derived from the above", "Key the shop signs its customers' tokens with."),
)


def as_markdown() -> str:
    """The settings table as a page, ``docs/settings.md``."""
    lines = [
        "# Settings",
        "",
        "Every setting is an environment variable.",
        "",
        "| variable | default | what it is |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "(empty)" if field.default == "" else f"`{field.default}`"
        lines.append(f"| `AISLE_{name.upper()}` | {default} | {field.description} |")
    lines += [f"| `{name}` | {default} | {purpose} |" for name, default, purpose in _SECRETS]
    return "\n".join([*lines, ""])
