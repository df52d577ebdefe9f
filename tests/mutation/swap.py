"""Puts a mutated function into a process that has imported the program already."""

import gc
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType

Key = tuple[str, str, int]


class LiveFunctions:
    """Every function of the program in this process, by file, name and line."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._functions = defaultdict[Key, list[FunctionType]](list)
        for found in gc.get_objects():
            if isinstance(found, FunctionType) and found.__code__.co_filename.startswith(str(root)):
                self._functions[_key(found.__code__)].append(found)

    def swaps(self, file: str, mutated: str) -> list[tuple[FunctionType, CodeType]] | None:
        """Return each function that the mutated text changes with its new code; None when that cannot be told, or no
        live function changes.
        """
        path = str(self.root / file)
        before, after = (compile(text, path, "exec", dont_inherit=True) for text in (Path(path).read_text(), mutated))
        found = []
        for old, new in _changed(before, after):
            for function in self._functions.get(_key(old), ()):
                if function.__code__.co_freevars != new.co_freevars:
                    return None
                found.append((function, new))
        return found or None


def _changed(before: CodeType, after: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """Return the pairs of code that differ, from the outside in."""
    if before == after:
        return
    yield before, after
    inner = [[const for const in code.co_consts if isinstance(const, CodeType)] for code in (before, after)]
    if [code.co_name for code in inner[0]] == [code.co_name for code in inner[1]]:
        for old, new in zip(*inner, strict=True):
            yield from _changed(old, new)


def _key(code: CodeType) -> Key:
    return code.co_filename, code.co_qualname, code.co_firstlineno
