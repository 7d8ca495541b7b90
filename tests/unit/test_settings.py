"""Settings: read once, checked whole, said in plain words."""

import re
from pathlib import Path

import pytest

from core.settings import Settings, SettingsFaulty

EXAMPLE = Path(__file__).parents[2] / ".env.example"

# What other people rely on; a change here breaks their installations.
PROMISED = {
    "TELEGRAM_MODE": "polling",
    "DATABASE_URL": "sqlite+aiosqlite:///data/voronka.db",
    "DATA_DIR": "data",
    "HTTP_HOST": "127.0.0.1",
    "HTTP_PORT": "8080",
    "VORONKA_LANGUAGE": "en",
    "VORONKA_TIMEZONE": "UTC",
    "LOG_LEVEL": "INFO",
    "LOG_FORMAT": "console",
}


def loaded(**environ: str) -> Settings:
    return Settings.load(None, environ)


def faults(**environ: str) -> list[str]:
    with pytest.raises(SettingsFaulty) as refusal:
        loaded(**environ)
    return str(refusal.value).splitlines()


def documented() -> dict[str, str]:
    lines = re.findall(r"^#?([A-Z_]+)=(.*)$", EXAMPLE.read_text(), re.MULTILINE)
    return dict(lines)


def test_nothing_has_to_be_set() -> None:
    settings = loaded()
    assert settings.telegram_bot_token is None
    assert settings.uses_sqlite


def test_promised_defaults_are_kept() -> None:
    settings = loaded()
    assert {name: str(getattr(settings, name.lower())) for name in PROMISED} == PROMISED


def test_the_example_documents_every_setting_with_its_default() -> None:
    assert {name.lower() for name in documented()} == set(Settings.model_fields) - {"voronka_failpoint"}
    assert Settings.load(EXAMPLE, {}) == loaded()
    assert loaded(**documented()) == loaded()


def test_the_environment_wins_over_the_file_and_empty_means_default(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("HTTP_PORT=1\nLOG_LEVEL=debug\nDATA_DIR=/kept/${HOME}\n")
    settings = Settings.load(file, {"HTTP_PORT": "2", "LOG_LEVEL": ""})
    assert (settings.http_port, settings.log_level, str(settings.data_dir)) == (2, "INFO", "/kept/${HOME}")


def test_a_missing_file_is_no_fault(tmp_path: Path) -> None:
    assert Settings.load(tmp_path / "none", {}) == loaded()


def test_a_file_that_is_no_text_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"A=\xff")
    with pytest.raises(SettingsFaulty, match="can't be read"):
        Settings.load(tmp_path / "bad", {})


def test_lists_are_separated_by_commas() -> None:
    settings = loaded(TELEGRAM_ADMIN_IDS="1, 22,", RETRY_SECONDS="0.5,3")
    assert settings.telegram_admin_ids == (1, 22)
    assert settings.retry_seconds == (0.5, 3.0)


def test_all_faults_come_at_once() -> None:
    assert faults(
        TELEGRAM_ADMIN_IDS="7,x",
        TELEGRAM_MODE="webhook",
        DATABASE_URL="mysql://a@b/c",
        REDIS_URL="http://x",
        HTTP_PORT="99999",
        PUBLIC_URL="example.org",
        VORONKA_LANGUAGE="de",
        VORONKA_TIMEZONE="Europe",
        SWEEP_SECONDS="nan",
        STOP_SECONDS="-1",
        PACE_CHAT_BURST="many",
        RETRY_SECONDS=",",
    ) == [
        "TELEGRAM_ADMIN_IDS (number 2) is not a whole number",
        "TELEGRAM_MODE can't be webhook yet: use polling",
        "DATABASE_URL must begin with sqlite+aiosqlite:// or postgresql+asyncpg://",
        "REDIS_URL must begin with redis:// or rediss:// or unix://",
        "HTTP_PORT must be at most 65535",
        "PUBLIC_URL is no address: it must begin with http:// or https://",
        "VORONKA_LANGUAGE must be 'en', 'ru', 'uk' or 'pl'",
        "VORONKA_TIMEZONE is no time zone: use a name such as Europe/Warsaw",
        "SWEEP_SECONDS must be a finite number",
        "STOP_SECONDS must be more than 0",
        "RETRY_SECONDS must hold at least one number",
        "PACE_CHAT_BURST is not a whole number",
    ]


def test_a_mistyped_name_is_a_fault_with_a_guess() -> None:
    assert faults(TELEGRAM_ADMIN_ID="1") == ["TELEGRAM_ADMIN_ID is no setting: did you mean TELEGRAM_ADMIN_IDS?"]
    assert faults(Voronka_Language="ru") == ["Voronka_Language is no setting: did you mean VORONKA_LANGUAGE?"]
    assert faults(VORONKA_QQQ="1") == ["VORONKA_QQQ is no setting"]


def test_other_programs_variables_are_not_ours_to_judge() -> None:
    assert loaded(HOME="/root", SMTP_URI="x") == loaded()


def test_a_send_must_end_within_its_lease() -> None:
    assert faults(LEASE_SECONDS="20") == ["SEND_TIMEOUT_SECONDS must be less than LEASE_SECONDS"]
    assert faults(SEND_TIMEOUT_SECONDS="30") == ["SEND_TIMEOUT_SECONDS must be less than LEASE_SECONDS"]


def test_a_faulty_secret_is_not_shown() -> None:
    said = faults(TELEGRAM_BOT_TOKEN="CANARY", DATABASE_URL="nothing://u:CANARY@h", REDIS_URL="x://:CANARY@h")
    assert len(said) == 3
    assert "CANARY" not in " ".join(said)


def test_secrets_are_named_and_never_printed() -> None:
    settings = loaded(
        TELEGRAM_BOT_TOKEN="12:abcCANARY",
        DATABASE_URL="postgresql+asyncpg://u:db%2FCANARY@h/d",
        REDIS_URL="redis://:redisCANARY@h",
    )
    assert settings.secrets == ("12:abcCANARY", "db/CANARY", "redisCANARY")
    assert "CANARY" not in repr(settings)


def test_the_database_follows_the_data_folder() -> None:
    assert loaded(DATA_DIR="/srv/shop").database_url == "sqlite+aiosqlite:////srv/shop/voronka.db"


def test_a_base_address_loses_its_last_slash() -> None:
    assert loaded(TELEGRAM_API_BASE="http://127.0.0.1:8081/").telegram_api_base == "http://127.0.0.1:8081"
