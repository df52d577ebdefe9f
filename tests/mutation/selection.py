"""Which mutants a run tries."""

import json
import random
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.mutation import python_mutants, schema_mutants, script_mutants, template_mutants
from tests.mutation.coverage_map import PACKAGES
from tests.mutation.mutant import Mutant
from tests.mutation.report import LIVES

KINDS = {
    ".py": python_mutants.mutants_of,
    ".html": template_mutants.mutants_of,
    ".txt": template_mutants.mutants_of,
    ".js": script_mutants.mutants_of,
}


def all_mutants(root: Path, below: str = "") -> Iterator[Mutant]:
    """Return every mutant of the files whose path begins with `below`; those of the schema are below `migrations`."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.*")):
            file = str(path.relative_to(root))
            is_ours = path.suffix in (".py", ".js") or "templates" in path.parts
            if path.suffix in KINDS and is_ours and is_below(file, below):
                yield from KINDS[path.suffix](root, file)
    if is_below(schema_mutants.FILE, below):
        yield from schema_mutants.mutants()


def is_below(file: str, below: str) -> bool:
    """Whether a file is the named file or in the named folder; everything is below an empty name."""
    return not below or file == below or file.startswith(f"{below.rstrip('/')}/")


def changed_since(root: Path, commit: str) -> list[Mutant]:
    """Return the mutants on lines that are new or changed since a commit, in the work tree as it is; of the schema
    those of each object that such a line of a migration names.
    """
    diff = _diff(root, commit, *PACKAGES)
    lines, file = defaultdict[str, set[int]](set), ""
    for row in diff.splitlines():
        if row.startswith("+++ "):
            file = row.removeprefix("+++ b/")
        elif found := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", row):
            first, count = int(found[1]), int(found[2] or 1)
            lines[file] |= set(range(first, first + count))
    found = [mutant for file in lines for mutant in all_mutants(root, file) if mutant.line in lines[file]]
    migrated = set(re.findall(r"\w+", _diff(root, commit, schema_mutants.FILE)))
    schema = schema_mutants.mutants() if migrated else []
    return found + [mutant for mutant in schema if mutant.function.rpartition(".")[2] in migrated]


def _diff(root: Path, commit: str, *folders: str) -> str:
    command = ["git", "diff", "--unified=0", "--no-color", "--no-ext-diff", commit, "--", *folders]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout


def survivors(root: Path, results: Path) -> list[Mutant]:
    """Return the mutants that no test noticed in an earlier run, as far as their text is still there."""
    alive = [one for one in json.loads(results.read_text("utf-8"))["mutants"] if one["outcome"] in LIVES]
    wanted = {(one["file"], one["function"], one["operator"], one["text"], one["becomes"]) for one in alive}
    found = [mutant for file in {one["file"] for one in alive} for mutant in all_mutants(root, file)]
    return [mutant for mutant in found if mutant.key(root) in wanted]


def sample(mutants: list[Mutant], size: int, seed: int) -> list[Mutant]:
    """Return as many mutants by chance, of each package in proportion to its number; the same for the same seed."""
    packages = defaultdict[str, list[Mutant]](list)
    for mutant in mutants:
        packages[mutant.package].append(mutant)
    shares = {name: size * len(of) / len(mutants) for name, of in packages.items()}
    counts = {name: int(share) for name, share in shares.items()}
    by_remainder = sorted(shares, key=lambda name: (counts[name] - shares[name], name))
    for name in by_remainder[: min(size, len(mutants)) - sum(counts.values())]:
        counts[name] += 1
    chance = random.Random(seed)
    return [mutant for name in sorted(packages) for mutant in chance.sample(packages[name], counts[name])]
