"""`make image`: builds the container image by buildah; without a registry its base is made of Debian's packages."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from app.launch.prepare import CACHE, LOCK, PROJECT, NotPrepared, find_uv, uv_run

SOURCES = Path(__file__).parent
PROGRAM = ("app", "views", "jobs", "workflow_rules", "migrations", "config.py", "run.py")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.mo", "packaging")
NAME = "localhost/lapor-balangan"
BASE = "docker.io/library/debian:13-slim"
OWN_BASE = "localhost/debian-13"
SUITE = "trixie"
PYTHON = "3.13"
"""The Python of Debian 13, for which the packages are downloaded."""


def main() -> int:
    """Build the image, print its names, and return the exit code: 0, or 2 with a message."""
    context = CACHE / "image"
    try:
        base = os.environ.get("BASE") or (BASE if found_in_registry(BASE) else make_base(context))
        lay_out(context)
        install_packages(context / "packages")
        names = build(context, base)
    except subprocess.CalledProcessError as failed:
        print(f"make image: {' '.join(failed.cmd[:2])} failed: see the lines above.", file=sys.stderr)
        return 2
    except FileNotFoundError as missing:
        print(f"make image: {missing.filename} is not installed (Debian: buildah, mmdebstrap).", file=sys.stderr)
        return 2
    except NotPrepared as problem:
        print(f"make image: {problem}", file=sys.stderr)
        return 2
    print(f"Built on {base}: {', '.join(names)}")
    return 0


def found_in_registry(image: str) -> bool:
    """Return whether an image can be had: stored on this machine, or from its registry, which is then asked."""
    return subprocess.run(["buildah", "pull", "--quiet", "--retry", "0", image], capture_output=True).returncode == 0


def make_base(scratch: Path) -> str:
    """Make a minimal Debian with its security updates from packages that apt checks by Debian's keys, and return the
    name of its image. Needs root, or user namespaces.
    """
    print("No registry answers: the base is made from Debian's packages.", flush=True)
    scratch.mkdir(parents=True, exist_ok=True)
    archive = scratch / "base.tar"
    run("mmdebstrap", "--quiet", "--variant=minbase", "--include=ca-certificates", SUITE, str(archive))
    container = run("buildah", "from", "scratch")
    try:
        run("buildah", "add", "--quiet", container, str(archive), "/")
        run("buildah", "commit", "--quiet", container, OWN_BASE)
    finally:
        run("buildah", "rm", container)
        archive.unlink()
    return OWN_BASE


def lay_out(context: Path) -> None:
    """Copy the program and the image's own command into the folder that buildah sees, and nothing else."""
    shutil.rmtree(context / "program", ignore_errors=True)
    for name in PROGRAM:
        source, target = PROJECT / name, context / "program" / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=LEFT_OUT)
        else:
            shutil.copyfile(source, target)
    shutil.copy(SOURCES / "lapor", context / "lapor")


def install_packages(folder: Path) -> None:
    """Download what the running program needs into a folder, in the versions and with the hashes of the lock file.
    Raises NotPrepared when uv fails or something is not locked.
    """
    shutil.rmtree(folder, ignore_errors=True)
    target = ["--python-version", PYTHON, "--python-platform", f"{platform.machine()}-manylinux_2_40"]
    sources = ["--only-binary", ":all:", "-r", "pyproject.toml", "-c", str(LOCK)]
    uv_run(["pip", "install", "--quiet", "--target", str(folder), *target, *sources], "The packages were not installed")
    shutil.rmtree(folder / "bin", ignore_errors=True)
    installed = run(*find_uv(), "pip", "freeze", "--quiet", "--target", str(folder)).splitlines()
    locked = {line.split()[0] for line in LOCK.read_text("utf-8").splitlines() if line and not line.startswith(" ")}
    if missing := sorted(set(installed) - locked):
        raise NotPrepared(f"requirements.lock lacks {', '.join(missing)}: run `make lock`.")


def build(context: Path, base: str) -> tuple[str, str]:
    """Build the image and return its two names, with the version and `latest`. IMAGE_OPTIONS adds options of buildah
    (`--isolation chroot` where it may make no namespaces). Health checks need the format of Docker.
    """
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    names = (f"{NAME}:{version}", f"{NAME}:latest")
    commit = run("git", "rev-parse", "HEAD") if (PROJECT / ".git").exists() else "unknown"
    command = ["buildah", "build", "--quiet", "--format", "docker", "--build-arg", f"BASE={base}", "--squash"]
    command += [word for name in names for word in ("--tag", name)]
    command += ["--label", f"org.opencontainers.image.version={version}"]
    command += ["--label", f"org.opencontainers.image.revision={commit}"]
    command += os.environ.get("IMAGE_OPTIONS", "").split()
    subprocess.run([*command, "--file", str(SOURCES / "Containerfile"), str(context)], check=True)
    return names


def run(*command: str) -> str:
    """Run a command and return its output; its messages go to the terminal. Raises CalledProcessError."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=PROJECT).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
