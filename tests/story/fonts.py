"""Two sets of fonts for the browser: it sees the fonts of one Debian package only, whatever else the machine has."""

from __future__ import annotations

import os
from pathlib import Path

from app.launch.system_packages import FONT_FOLDERS

# Each set is the folder that holds this file. The generic families and stand-ins are the distribution's own.
LIBERATION = "LiberationSans-Regular.ttf"
NOTO = "NotoSans-Regular.ttf"
CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir><cachedir>{folder}/cache</cachedir><include ignore_missing="yes">/etc/fonts/conf.d</include>
</fontconfig>
"""


def environ_for(fonts: str, folder: Path) -> dict[str, str | float | bool]:
    """The environment in which a program sees this set of fonts and no other; its fontconfig file is in the folder."""
    path = folder / "fonts.conf"
    path.write_text(CONFIGURATION.format(fonts=folder_of(fonts), folder=folder))
    return {**os.environ, "FONTCONFIG_FILE": str(path)}


def folder_of(fonts: str) -> Path:
    """Where the set is installed; fails when it is not."""
    found = next((path for folder in FONT_FOLDERS for path in folder.rglob(fonts)), None)
    assert found, f"{fonts} is not installed: `make prepare-test` installs it"
    return found.parent
