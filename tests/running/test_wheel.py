"""The wheel is whole: what it carries works outside the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.catalogues import ROOT

PROGRAM = """
from importlib import resources
from core.texts import texts
for language in ("ru", "uk", "pl"):
    print(texts(language)("yesterday {time}", time="14:32"))
print(*sorted(file.name for file in resources.files("migrations").iterdir()))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel unpacked, as pip would leave it."""
    built = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = built.glob("voronka-*.whl")
    target = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def run_elsewhere(program: str, installed: Path, empty: Path) -> list[str]:
    environment = os.environ | {"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, cwd=empty, env=environment, check=True, capture_output=True, encoding="utf-8"
    ).stdout.splitlines()


def test_catalogues_and_migrations_come_along(installed: Path, tmp_path: Path) -> None:
    *words, migrations = run_elsewhere(PROGRAM, installed, tmp_path)
    assert words == ["вчера 14:32", "учора 14:32", "wczoraj 14:32"]
    carried = {path.name for path in (ROOT / "migrations").iterdir()} - {"__pycache__"}
    assert set(migrations.split()) == carried


def test_nothing_else_comes_along(installed: Path) -> None:
    assert not [path for path in installed.iterdir() if path.name in ("tests", "benchmarks", "data", ".env")]
