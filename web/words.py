"""Names of things as a page says them."""

import re

from core.texts import LANGUAGES, Texts
from pipeline.staff.rights import ROLE_NAMES, Role

OWN_NAMES = tuple(zip(LANGUAGES, ("English", "Русский", "Українська", "Polski"), strict=True))

# What a browser calls itself holds the names of all that it is like; the first that fits is its own.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("YaBrowser", "Yandex"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def role_name(t: Texts, role: Role) -> str:
    """What somebody is."""
    return t(ROLE_NAMES[role])


def agent_name(t: Texts, agent: str | None) -> str:
    """A browser by what it says of itself."""
    said = agent or ""
    found = [
        next((name for mark, name in known if re.search(rf"\b{mark}", said)), "") for known in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in found if name) or t("Unknown browser")
