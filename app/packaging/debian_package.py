"""`make deb`: builds the Debian package from this folder; no root is needed. Nothing of this runs in the program."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import time
import tomllib
from email.utils import formatdate
from pathlib import Path

from app.launch.prepare import CACHE, PROJECT, NotPrepared
from app.launch.system_packages import PAPER_FONTS, PAPER_LIBRARIES
from app.packaging.production_venv import NotBuilt, make_production_venv

NAME = "lapor-balangan"
SOURCES = Path(__file__).parent / "debian"
PYTHON = Path("/usr/bin/python3")
PROGRAM = ("app", "views", "jobs", "workflow_rules", "migrations", "config.py", "run.py", "pyproject.toml")
# `app/packaging` and `prepare.py` build and install; the program never imports them.
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "*.mo", "packaging", "prepare.py", "screenshots")
CONFFILES = ("/etc/lapor/lapor.env", "/etc/lapor/worker-1.env")
SCRIPTS = ("postinst", "prerm", "postrm")
# xz takes minutes for a package a sixth smaller, and Debian's tools read no zstd in one.
COMPRESSION = ("-Zgzip", "-z6")
UNIT_FOLDER = Path("usr/lib/systemd/system")


def main() -> int:
    """Build the package into `dist/`, print its path and size, and return the exit code: 0, or 2 with a message."""
    try:
        package = build(CACHE / "deb", PROJECT / "dist")
    except (NotBuilt, NotPrepared) as problem:
        print(f"make deb: {problem}", file=sys.stderr)
        return 2
    print(f"{package.relative_to(PROJECT)}: {package.stat().st_size / 1e6:.1f} MB")
    return 0


def build(scratch: Path, target: Path) -> Path:
    """Build the package in the folder `scratch`, put it into `target` and return its path. Raises NotBuilt, and
    NotPrepared when the packages of the lock file cannot be installed.
    """
    shutil.rmtree(scratch, ignore_errors=True)
    tree, made_at = scratch / "tree", source_time()
    home = tree / "usr" / "lib" / NAME
    home.mkdir(parents=True)
    python = make_production_venv(scratch / "venv", PYTHON)
    shutil.move(scratch / "venv", home / "venv")
    lay_out(tree, made_at)
    if faults := unit_faults(tree / UNIT_FOLDER, scratch / "units"):
        raise NotBuilt(f"systemd-analyze verify:\n{faults}")
    make_uniform(tree, made_at)
    compile_catalogues(home)
    make_uniform(tree, made_at)
    write_control(tree, python)
    architecture = output_of("dpkg", "--print-architecture")
    package = target / f"{NAME}_{version()}_{architecture}.deb"
    target.mkdir(exist_ok=True)
    environ = os.environ | {"SOURCE_DATE_EPOCH": str(made_at)}
    command = ["dpkg-deb", "--root-owner-group", *COMPRESSION, "--build", str(tree), str(package)]
    if subprocess.run(command, env=environ, stdout=subprocess.DEVNULL).returncode:
        raise NotBuilt("dpkg-deb failed: see the lines above.")
    return package


def lay_out(tree: Path, made_at: int) -> None:
    """Copy the program, its documentation, the units and the files of /etc into the tree of the package."""
    home, docs = tree / "usr" / "lib" / NAME, tree / "usr" / "share" / "doc" / NAME
    for name in PROGRAM:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, home / name, ignore=LEFT_OUT)
        else:
            copy(PROJECT / name, home / name)
    shutil.copytree(PROJECT / "docs", docs, ignore=LEFT_OUT)
    shutil.copytree(SOURCES / "units", tree / UNIT_FOLDER)
    for path in CONFFILES:
        copy(SOURCES / Path(path).name, tree / path.lstrip("/"), 0o640)
    copy(SOURCES / "create-database", home / "create-database", 0o755)
    copy(Path(__file__).with_name("lapor_command.py"), tree / "usr" / "bin" / "lapor", 0o755)
    copy(SOURCES / "lintian-overrides", tree / "usr" / "share" / "lintian" / "overrides" / NAME)
    copy(SOURCES / "copyright", docs / "copyright")
    changes = f"{NAME} ({version()}) stable; urgency=medium\n\n  * See changelog.md.\n\n"
    changes += f" -- {maintainer()}  {formatdate(made_at)}\n"
    manual = tree / "usr" / "share" / "man" / "man8"
    manual.mkdir(parents=True)
    (manual / "lapor.8.gz").write_bytes(gzip.compress((SOURCES / "lapor.8").read_bytes(), 9, mtime=made_at))
    (docs / "changelog.gz").write_bytes(gzip.compress(changes.encode(), 9, mtime=made_at))


def write_control(tree: Path, python: str) -> None:
    """Write the DEBIAN folder: control, conffiles, checksums and the maintainer scripts. `python` is the version that
    the environment was made for; only Pythons of the same minor version can run it.
    """
    control = tree / "DEBIAN"
    files = sorted(path for path in tree.rglob("*") if path.is_file() and not path.is_symlink())
    major, minor = python.split(".")[:2]
    values = {
        "VERSION": version(),
        "ARCHITECTURE": output_of("dpkg", "--print-architecture"),
        "KIB": str(sum(-(-path.stat().st_size // 1024) for path in files)),
        "PYTHON": f"{major}.{minor}",
        "NEXT_PYTHON": f"{major}.{int(minor) + 1}",
        "PAPERS": ", ".join([*PAPER_LIBRARIES.values(), *PAPER_FONTS.values()]),
    }
    text = (SOURCES / "control").read_text("utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    control.mkdir()
    (control / "control").write_text(text, "utf-8")
    (control / "conffiles").write_text("".join(f"{path}\n" for path in CONFFILES), "utf-8")
    sums = subprocess.run(
        ["md5sum", *(str(path.relative_to(tree)) for path in files)],
        cwd=tree,
        capture_output=True,
        text=True,
        check=True,
    )
    (control / "md5sums").write_text(sums.stdout, "utf-8")
    for name in SCRIPTS:
        copy(SOURCES / name, control / name, 0o755)


def unit_faults(units: Path, scratch: Path) -> str:
    """Return what `systemd-analyze verify` says about the units in a folder; "" when it finds nothing wrong. `scratch`
    is a new folder; the program that the units start is replaced there by one that this machine has.
    """
    shutil.copytree(units, scratch)
    for unit in scratch.glob("*.service"):
        text = unit.read_text("utf-8").replace(f"/usr/lib/{NAME}/venv/bin/python", sys.executable)
        unit.write_text(text, "utf-8")
    named = [str(unit).replace("@.", "@1.") for unit in sorted(scratch.iterdir()) if unit.is_file()]
    environ = os.environ | {"SYSTEMD_UNIT_PATH": f"{scratch}:"}
    verify = ["systemd-analyze", "verify", "--recursive-errors=yes", "--man=no", *named]
    done = subprocess.run(verify, env=environ, capture_output=True, text=True)
    return done.stderr.strip() or ("" if done.returncode == 0 else f"exit {done.returncode}")


def compile_catalogues(home: Path) -> None:
    """Compile the translations of the program in `home`, which cannot write beside them once it is installed."""
    compile_ = "from app.web.language import CATALOGUES, compiled_catalogues; compiled_catalogues(CATALOGUES)"
    packages = next((home / "venv" / "lib").glob("python*/site-packages"))
    environ = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(packages)}
    if subprocess.run([str(PYTHON), "-c", compile_], cwd=home, env=environ).returncode:
        raise NotBuilt("The translations could not be compiled: see the lines above.")


def make_uniform(tree: Path, moment: int) -> None:
    """Give all files of the tree one modification time (epoch seconds), since a catalogue counts as compiled while its
    time is that of its source, and take the right to execute from those of the virtual environment.
    """
    for path in tree.rglob("*"):
        if "venv" in path.parts and path.is_file() and not path.is_symlink():
            path.chmod(0o644)
        os.utime(path, (moment, moment), follow_symlinks=False)


def copy(source: Path, target: Path, mode: int = 0o644) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(mode)


def version() -> str:
    """Return the version in pyproject.toml."""
    return str(tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def maintainer() -> str:
    control = (SOURCES / "control").read_text("utf-8").splitlines()
    return next(line.partition(": ")[2] for line in control if line.startswith("Maintainer: "))


def source_time() -> int:
    """Return the time of the last commit, in epoch seconds, so that equal sources give equal packages; without Git the
    present.
    """
    done = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=PROJECT, capture_output=True, text=True)
    return int(done.stdout) if done.returncode == 0 else int(time.time())


def output_of(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
