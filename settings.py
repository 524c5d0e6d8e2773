"""Everything that varies between machines, read once: the environment, then voc.toml, then these defaults."""

from __future__ import annotations

import hashlib
import os
import secrets
import tomllib
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from voc.errors import ConfigError


class _OfTheHouse(InitSettingsSource):
    """What lies with the data, in home/config/voc.toml, wherever the command is started from."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls, {})

    def __call__(self) -> dict[str, Any]:
        """Read the file of the home that the sources before this one agreed on."""
        home = Path(self.current_state.get("home", Settings.model_fields["home"].default))
        return TomlConfigSettingsSource(self.settings_cls, home / "config" / "voc.toml")()


class Settings(BaseSettings):
    """Where things are and how strict to be; docs/operations.md lists every one."""

    model_config = SettingsConfigDict(env_prefix="VOC_", toml_file="voc.toml", extra="ignore")

    home: Path = Field(Path(".voc"), description="everything a run leaves on disk")
    database_url: SecretStr | None = Field(None, description="a PostgreSQL; unset, an embedded one in home")
    prefect_port: int = Field(4200, description="port of the local Prefect server of `voc serve`")
    metrics_port: int = Field(
        4201,
        ge=0,
        le=65535,
        description="port of /metrics on 127.0.0.1 while `voc guard --watch` runs; 0: none",
    )
    company: str = Field("本公司", description="name on reports and messages")
    batch_rows: int = Field(10_000, ge=100, le=100_000, description="rows handled in one transaction")
    workers: int = Field(
        0, ge=0, le=64, description="processes that understand feedback; 0: one for each CPU but one"
    )
    alarm_false_per_year: float = Field(
        24.0, gt=0, le=365, description="false alarms a year over all series together that are put up with"
    )
    alarm_history_days: int = Field(
        21, ge=1, description="older alarms are recorded but not given to a department to review"
    )
    alarm_review_hours: float = Field(16.0, gt=0, description="working hours for the review of an alarm")
    alarm_urgent_hours: float = Field(2.0, gt=0, description="working hours for one of safety or an outage")
    dask_scheduler: str | None = Field(
        None, description="address of a Dask scheduler that understands feedback, such as tcp://host:8786"
    )
    problem_window_days: int = Field(28, ge=7, description="window in which recurring feedback is counted")
    problem_min_customers: int = Field(8, ge=2, description="customers in the window that make a problem")
    problem_min_share: float = Field(0.015, ge=0, description="share of the window's feedback that makes one")
    auto_confirm_customers: int = Field(15, ge=2, description="customers that confirm a problem by rule")
    candidate_min_customers: int = Field(
        3, ge=2, description="customers who speak of one event that make it a problem to be confirmed"
    )
    candidate_min_share: float = Field(
        0.003, ge=0, description="the same as a share of the window's feedback; what is more counts"
    )
    case_max_age_days: int = Field(
        14, ge=1, description="older feedback is analysed but not answered one by one"
    )
    verify_grace_days: int = Field(2, ge=0, description="days to wait for late feedback before a verdict")
    verify_season_swing: float = Field(
        0.17, ge=0, lt=1, description="how far a year may swing complaints, where less than a year is known"
    )
    verify_overlap: float = Field(
        0.2, gt=0, le=1, description="part of their feedback that makes two problems one for their measures"
    )
    late_days: int = Field(
        14, ge=1, description="days after which feedback that arrives is called late in reports"
    )
    fcr_days: int = Field(
        7, ge=1, description="days a customer must not come back for a contact to count as settled"
    )
    close_after_days: int = Field(
        28, ge=7, description="days without relapse before an effective problem is closed"
    )
    relapse_false_reopen: float = Field(
        0.05, gt=0, le=0.5, description="chance of ever re-opening a solved problem that did not relapse"
    )
    relapse_margin: float = Field(
        0.3, ge=0, le=3, description="rise above the level reached that is not yet a relapse"
    )
    near_window_days: int = Field(60, ge=1, description="how far back near-duplicates are looked for")
    quality_floor: float = Field(
        80.0, ge=0, le=100, description="quality score of a batch below which its source needs mending"
    )
    event_max_age_hours: float = Field(
        24.0, gt=0, description="events older than this when they could be posted start nothing any more"
    )
    channels: dict[str, dict[str, SecretStr]] = Field(
        default={}, description="channels by name, with their settings; log is always there"
    )
    department_channel: str = Field("log", description="channel of task messages")
    department_channels: dict[str, str] = Field(
        default={}, description="channel by department code, owner:code or leadership, where it differs"
    )
    customer_channel: str = Field("log", description="channel of notices to customers")
    customer_channels: dict[str, str] = Field(
        default={}, description="channel for customers who left a phone or an email, where it differs"
    )
    egress_hosts: list[str] = Field(
        default=[], description="hosts of our own house that may be asked although they are not public"
    )
    quiet_hours: str = Field(
        "",
        pattern=r"^(([01]?\d|2[0-3])-([01]?\d|2[0-3]))?$",
        description="hours in China in which customers get nothing but confirmations, such as 22-8",
    )
    retention_days: dict[str, int] = Field(
        default={},
        description="days the words of a source are kept, by its name; sources not named keep them",
    )
    callback_hours: float = Field(
        54.0,
        ge=1,
        le=720,
        description="hours after a solution at which its customer is asked whether it holds",
    )
    erase_after_days: int = Field(
        3, ge=0, le=30, description="days after which the nightly upkeep carries out a wish to be erased"
    )
    survey_after_service: str = Field(
        "", description="questionnaire sent after a case is closed, by its code; empty: none"
    )
    survey_after_hours: float = Field(
        24.0, ge=0, le=720, description="hours after closing at which the customer is asked"
    )
    survey_quarterly: str = Field("", description="questionnaire sent each quarter, by its code; empty: none")
    survey_quarter_people: int = Field(
        400, ge=1, le=1_000_000, description="how many customers are asked in a quarter"
    )
    survey_interval_days: int = Field(
        90, ge=1, le=730, description="days for which a customer who was asked is not asked again"
    )
    link_days: int = Field(90, ge=1, le=400, description="days a tracking link in a message can be opened")
    assist_url: str | None = Field(
        None, description="OpenAI-compatible endpoint (…/v1) asked about vague complaints; unset, nobody is"
    )
    assist_model: str = Field("default", description="model the endpoint is asked for")
    assist_key: SecretStr | None = Field(None, description="key of the endpoint")
    assist_timeout_seconds: float = Field(20.0, gt=0, le=300, description="patience with one answer")
    assist_rows_per_run: int = Field(50, ge=1, le=10_000, description="complaints asked about in one run")
    source_secrets: dict[str, SecretStr] = Field(
        default={}, description="keys and passwords of pulled sources, by the name their definition gives"
    )
    portal_host: str = Field("127.0.0.1", description="address the portal listens on")
    portal_port: int = Field(8080, description="port of the portal")
    portal_plain_http: bool = Field(
        False, description="let log-in cookies travel over plain HTTP; for trying things on localhost only"
    )
    portal_password: SecretStr | None = Field(
        None, description="password of the database roles voc_portal and voc_public, where they need one"
    )
    oidc_issuer: str = Field("", description="OpenID provider whose accounts may log in, as it calls itself")
    oidc_client_id: str = Field("", description="what the OpenID provider calls us")
    oidc_client_secret: SecretStr | None = Field(None, description="our secret with the OpenID provider")
    wecom_corp_id: str = Field("", description="企业 ID of 企业微信, whose members may log in")
    wecom_agent_id: str = Field("", description="AgentID of the application in 企业微信")
    wecom_secret: SecretStr | None = Field(None, description="secret of the application in 企业微信")
    wecom_site: str = Field("https://qyapi.weixin.qq.com", description="interface of 企业微信")
    sso_link_by_login: bool = Field(
        False, description="link an account elsewhere to the user of the same log-in name when it first comes"
    )
    second_factor_roles: list[str] = Field(
        default=[], description="roles that may log in by password with a second factor only, such as admin"
    )
    session_idle_minutes: int = Field(30, ge=1, le=720, description="a session unused for so long ends")
    session_hours: int = Field(12, ge=1, le=168, description="a session ends after so long in any case")
    report_approver: str = Field(
        "voc", description="department that approves reports before leadership gets them"
    )
    public_url: str = Field(
        "", description="address customers and departments open; empty, messages carry no link"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the environment before the files, so that one run can be told otherwise."""
        return (
            init_settings,
            env_settings,
            TomlConfigSettingsSource(settings_cls, os.environ.get("VOC_CONFIG", "voc.toml")),
            _OfTheHouse(settings_cls),
        )

    def portal_address(self) -> str:
        """Return where the portal is opened: the public address, or on this machine where none is set."""
        return self.public_url.rstrip("/") or f"http://127.0.0.1:{self.portal_port}"

    def folder(self, name: str) -> Path:
        """Return a folder under home, made when missing."""
        path = self.home.resolve() / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def tracking_key(self) -> bytes:
        """Return the key that signs the cookies of tracking pages, made on first use."""
        path = self.folder("secrets") / "tracking.key"
        if not path.exists():
            _write_once(path, secrets.token_bytes(32))
        return path.read_bytes()

    def erasure_salt(self) -> str:
        """Return what makes the tombstones of this house unlike those of another."""
        return hashlib.sha256(b"tombstone" + self.pseudonym_key()).hexdigest()

    def channel(self, name: str) -> dict[str, str]:
        """Return the settings of a channel; a value `env:NAME` is taken from the environment."""
        values = {key: value.get_secret_value() for key, value in self.channels[name].items()}
        return {
            key: os.environ.get(value.removeprefix("env:"), "") if value.startswith("env:") else value
            for key, value in values.items()
        }

    def source_secret(self, name: str) -> str:
        """Return the secret a source's definition names; a value `env:NAME` is taken from the environment."""
        if name not in self.source_secrets:
            raise ConfigError(
                10, f"没有设置来源密钥「{name}」，请写进 [source_secrets] 或 VOC_SOURCE_SECRETS。"
            )
        value = self.source_secrets[name].get_secret_value()
        return os.environ.get(value.removeprefix("env:"), "") if value.startswith("env:") else value

    def pseudonym_key(self) -> bytes:
        """Return the key that turns customer identities into pseudonyms, made on first use."""
        return self._key("pseudonym.key")

    def portal_key(self) -> bytes:
        """Return the key behind half-finished log-ins and second factors, made on first use."""
        return self._key("portal.key")

    def _key(self, name: str) -> bytes:
        path = self.folder("secrets") / name
        if not path.exists():
            _write_once(path, secrets.token_bytes(32))
        return path.read_bytes()


def _write_once(path: Path, content: bytes) -> None:
    """Write a secret whole or not at all; of several processes at once the first one's stays."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Read the settings once a process; raises ConfigError naming the setting that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "；".join(f"VOC_{'_'.join(map(str, e['loc'])).upper()}：{e['msg']}" for e in error.errors())
        raise ConfigError(7, f"设置不正确（环境变量或 voc.toml）：{wrong}。见 docs/operations.md。") from None
    except (SettingsError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            7, f"设置无法读取（环境变量或 voc.toml）：{error}。见 docs/operations.md。"
        ) from None


def asset_bytes(name: str) -> bytes:
    """Read a data file shipped with the core; a file of the same name in home/config wins."""
    own = get_settings().home.resolve() / "config" / name
    return own.read_bytes() if own.exists() else (resources.files("voc") / "data" / name).read_bytes()


def asset_text(name: str) -> str:
    """Read a text file shipped with the core; a file of the same name in home/config wins."""
    return asset_bytes(name).decode("utf-8")
