"""What a reader meets in the code, in figures: python benchmarks/house.py [folder of a checkout].

Templates (length of their lines), names that say nothing, parameters without a type, contexts and their size,
copies of one function, the ways in which pages act, and the seconds of each stage of the last `bin/test`.
Nothing is imported from the folder, so that any two versions can be compared.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

BANNED = {"told", "tell", "one", "what", "why", "way", "anew", "dearest"}
LEAST_NODES = 15  # a smaller function is likelier an idiom than a copy
ACTING = {
    'POST["do"]': r"POST(?:\[\"do\"\]|\.get\(\"do\")",
    '"x" in request.POST': r"\" in request\.POST",
    "except Refused in views": r"except Refused\b",
    "or_404(lambda": r"or_404\(lambda",
    "run_action(": r"\brun_action\(",
}


def main(root: Path) -> None:
    code = root / "takwin"
    python = [path for path in sorted(code.rglob("*.py")) if "migrations" not in path.parts]
    measure_templates(sorted(code.rglob("templates/**/*.html")))
    measure_names([*python, *sorted((root / "tests").rglob("*.py"))])
    measure_types([path for path in python if "tests" not in path.parts])
    measure_copies([path for path in python if "tests" not in path.parts])
    measure_acting([path for path in python if "views" in str(path) and "tests" not in path.parts])
    measure_contexts(code, python)
    measure_stages(root / "var" / "test" / "stages.json")


def measure_templates(paths: list[Path]) -> None:
    lines = [len(line) for path in paths for line in path.read_text().splitlines() if line.strip()]
    text = sum(lines)
    print(f"templates: {len(paths)} files, {len(lines):,} lines")
    print(f"  characters a line: median {statistics.median(lines):.0f}, most {max(lines)}")
    for limit in (120, 160):
        long = [length for length in lines if length > limit]
        print(f"  over {limit}: {len(long):,} lines, {sum(long) / text:.0%} of the text")


def bound_names(tree: ast.AST) -> Iterator[str]:
    """Every name that a file gives to something: locals, parameters, functions, classes, imports, attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.rpartition(".")[2]
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name


def measure_names(paths: list[Path]) -> None:
    counts = Counter(name for path in paths for name in bound_names(ast.parse(path.read_text())) if name in BANNED)
    print(f"names that say nothing: {counts.total()} {dict(counts.most_common())}")
    owners = defaultdict(set)
    for path in paths:
        if "tests" not in path.parts:
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef):
                    owners[node.name].add(path)
    shared = sorted(name for name, files in owners.items() if len(files) > 1)
    print(f"class names with several owners: {len(shared)}: {', '.join(shared)}")


def measure_types(paths: list[Path]) -> None:
    every = untyped = anything = 0
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
                if argument.arg in {"self", "cls"}:
                    continue
                every += 1
                written = ast.unparse(argument.annotation) if argument.annotation else ""
                untyped += not written
                anything += written == "Any"
    print(f"parameters: {every:,}, `Any` {anything:,} ({anything / every:.1%}), without a type {untyped:,}")


class Renamed(ast.NodeTransformer):
    """Locals by their order, so that a copy with other names is still a copy."""

    def __init__(self, function: ast.FunctionDef) -> None:
        bound = [node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)]
        bound += [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        self.places = {name: f"v{place}" for place, name in enumerate(dict.fromkeys(bound))}

    def visit_Name(self, node: ast.Name) -> ast.Name:  # noqa: N802
        return ast.Name(self.places.get(node.id, node.id), node.ctx)


def measure_copies(paths: list[Path]) -> None:
    """Functions whose bodies are the same but for their docstrings and the names of their locals."""
    bodies = defaultdict(list)
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                renamed = [Renamed(node).visit(part) for part in body]
                if sum(1 for part in renamed for _child in ast.walk(part)) >= LEAST_NODES:
                    text = "".join(ast.dump(part) for part in renamed)
                    bodies[hashlib.sha256(text.encode()).hexdigest()].append(
                        f"{path.parts[-2]}/{path.stem}.{node.name}"
                    )
    copies = sorted((names for names in bodies.values() if len(names) > 1), key=len, reverse=True)
    print(f"functions written twice: {sum(len(names) - 1 for names in copies)}")
    for names in copies[:20]:
        print(f"  {', '.join(names)}")


def measure_acting(paths: list[Path]) -> None:
    text = "\n".join(path.read_text() for path in paths)
    for name, pattern in ACTING.items():
        print(f"  {name}: {len(re.findall(pattern, text))}")


def measure_contexts(code: Path, python: list[Path]) -> None:
    sizes: Counter[str] = Counter()
    for path in python:
        parts = path.relative_to(code).parts
        if len(parts) > 1 and "tests" not in parts:
            sizes[parts[0]] += len(path.read_text().splitlines())
    print(f"contexts: {len(sizes)}, lines without tests and migrations {sum(sizes.values()):,}")
    print("  " + ", ".join(f"{name} {lines:,}" for name, lines in sizes.most_common()))


def measure_stages(path: Path) -> None:
    if not path.exists():
        print("bin/test: not run here yet")
        return
    stages = json.loads(path.read_text())
    print(f"bin/test: {sum(stages.values()):.0f} s")
    for name, seconds in stages.items():
        print(f"  {name}: {seconds:.0f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent)
