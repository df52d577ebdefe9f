"""System packages that no Python wheel includes: Pango for PDFs (WeasyPrint), fonts, and a browser for the tests.

Standard library only, since it runs before the packages are installed.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

# Libraries opened by WeasyPrint and their Debian packages (its installation page, "Debian"; fonts are not a
# dependency of Pango).
PAPER_LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
PAPER_FONTS = {"DejaVuSans.ttf": "fonts-dejavu-core", "LiberationSerif-Regular.ttf": "fonts-liberation"}
# A second font for the browser tests: controls must keep their size whatever fonts the machine has.
TEST_FONTS = {"NotoSans-Regular.ttf": "fonts-noto-core"}
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("~/.local/share/fonts").expanduser())
# Debian's headless build of Chromium takes a fifth less time for the same pages; other systems lack it.
LIGHT_BROWSER = "chromium-headless-shell"
BROWSERS = (LIGHT_BROWSER, "chromium", "chromium-browser", "google-chrome")


def ensure(with_browser: bool = False) -> None:
    """Install missing system packages if permitted; else or on failure print what to install and what will not work."""
    if with_browser and not shutil.which(LIGHT_BROWSER) and _is_known_to_apt(LIGHT_BROWSER):
        apt_install([LIGHT_BROWSER])
    missing = missing_packages(with_browser)
    if not missing or apt_install(missing):
        return
    kinds = {
        "papers as PDF": set(PAPER_LIBRARIES.values()),
        "the papers' typefaces": set(PAPER_FONTS.values()),
        "the browser tests": {"chromium", *TEST_FONTS.values()},
    }
    lost = " and ".join(what for what, packages in kinds.items() if packages & set(missing))
    names = " ".join(missing)
    if shutil.which("apt-get"):
        text = f"Missing system packages: they are needed for {lost}. As root:\n  apt-get install {names}"
    else:
        text = f"Missing system libraries: they are needed for {lost}.\nInstall what Debian calls: {names}"
    print(text, file=sys.stderr, flush=True)


def missing_packages(with_browser: bool = False) -> list[str]:
    """Return a list of the Debian names of the packages that this machine lacks; `with_browser` adds what the browser
    tests need.
    """
    missing = []
    for library, package in PAPER_LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    fonts = {path.name for folder in FONT_FOLDERS for path in folder.rglob("*.ttf")}
    wanted = PAPER_FONTS | TEST_FONTS if with_browser else PAPER_FONTS
    missing += [package for font, package in wanted.items() if font not in fonts]
    if with_browser and not any(map(shutil.which, BROWSERS)):
        missing.append("chromium")
    return missing


def _is_known_to_apt(package: str) -> bool:
    """Return whether the package lists of this machine have the package; False without apt."""
    if not shutil.which("apt-cache"):
        return False
    return (
        subprocess.run(["apt-cache", "show", package], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
        == 0
    )


def apt_install(packages: list[str]) -> bool:
    """Install Debian packages with apt-get and return whether it succeeded; False without root or apt-get."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print(f"Installing system packages: {' '.join(packages)} ...", flush=True)
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        if subprocess.run(["apt-get", "-qq", *step], env=environ, stdout=subprocess.DEVNULL).returncode:
            print(f"apt-get {step[0]} failed", file=sys.stderr)
            return False
    return True
