"""Templates, and the files that go with them: styles, scripts, icons. No page is made here."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from gzip import compress
from importlib import resources
from importlib.resources.abc import Traversable
from mimetypes import guess_type

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from core.texts import Texts
from web import formatting, messages
from web.words import OWN_NAMES, agent_name, channel_of, kind_of, micros, role_name, total_of, waiting_look

_FACES = 6
_WORD = re.compile(r"\w")
# Smaller ones do not gain by it.
_WORTH_COMPRESSING = 1000


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file that everybody may have, as it is and compressed."""

    body: bytes
    compressed: bytes | None
    content_type: str


def _read(folder: Traversable, below: str = "") -> dict[str, StaticFile]:
    found: dict[str, StaticFile] = {}
    for entry in folder.iterdir():
        name = f"{below}{entry.name}"
        if entry.is_dir():
            found |= _read(entry, f"{name}/")
            continue
        body = entry.read_bytes()
        small = compress(body, mtime=0) if len(body) >= _WORTH_COMPRESSING else None
        found[name] = StaticFile(body, small, guess_type(name)[0] or "application/octet-stream")
    return found


class Rendering:
    """Renders templates; what goes with them is named by what it holds, so that browsers may keep it for ever."""

    def __init__(self) -> None:
        self.files: Mapping[str, StaticFile] = _read(resources.files("web") / "static")
        digest = hashlib.sha256()
        for name in sorted(self.files):
            digest.update(name.encode() + self.files[name].body)
        self.version = digest.hexdigest()[:12]
        self._environment = Environment(
            loader=PackageLoader("web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
        )
        self._environment.globals.update(
            asset=self.asset,
            icon=self.icon,
            initials=initials,
            face=face,
            role_name=role_name,
            agent_name=agent_name,
            languages=OWN_NAMES,
            channel_of=channel_of,
            kind_of=kind_of,
            waiting_look=waiting_look,
            micros=micros,
            total_of=total_of,
            rich=formatting.rich,
            talk=messages,
        )

    def asset(self, name: str) -> str:
        """The address of a file."""
        return f"/static/{self.version}/{name}"

    def icon(self, name: str, size: str = "") -> Markup:
        """A picture of ours, which says nothing to whoever does not see it; `size` is "s" or "l"."""
        kind = escape(f"i i-{size}" if size else "i")
        address = escape(f"{self.asset('icons.svg')}#i-{name}")
        return Markup(f'<svg class="{kind}" aria-hidden="true"><use href="{address}"/></svg>')

    def render(self, template: str, *, t: Texts, **values: object) -> str:
        """A template with values, in the texts of whoever reads it; his `theme` may be among them."""
        values.setdefault("theme", None)
        # By a name of its own, as the tool that gathers texts finds no calls of attributes.
        values["plural"] = t.plural
        return self._environment.get_template(template).render(values, t=t)


def initials(name: str) -> str:
    """What stands where a face would be."""
    parts = [part for part in name.split() if _WORD.match(part)]
    return "".join(part[0] for part in parts[:2]).upper() or "?"


def face(number: int) -> str:
    """The quiet tint of somebody's face, always the same for him."""
    return f"f{number % _FACES + 1}"
