"""The engine without a database: solve, verify, call-order. See docs/allocation.md."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from takwin.engines.allocation.model import Malformed


def main(argv: list[str] | None = None) -> int:
    """0: done, and proved; 1: a property does not hold; 2: malformed input, nothing written."""
    parser = argparse.ArgumentParser(prog="python -m takwin.engines.allocation", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    solve = verbs.add_parser("solve", help="allocate: a JSON document or a folder of Parquet tables")
    solve.add_argument("problem", type=Path)
    solve.add_argument("-o", dest="result", type=Path, required=True)
    solve.add_argument("--seed", default="", help="draws lots between equal priorities; else the seed of the problem")
    solve.add_argument("--threads", type=int, default=0, help="changes the time, never the result")
    verify = verbs.add_parser("verify", help="prove every property of a result again")
    verify.add_argument("problem", type=Path)
    verify.add_argument("result", type=Path)
    order = verbs.add_parser("call-order", help="two minimum rates: group_id, q_bursary, q_resident, rank, type")
    order.add_argument("table", type=Path)
    order.add_argument("-o", dest="result", type=Path, required=True)
    asked = parser.parse_args(argv)
    try:
        return {"solve": _solve, "verify": _verify, "call-order": _call_order}[asked.verb](asked)
    except Malformed as wrong:
        print(wrong, file=sys.stderr)
    except OSError as wrong:
        print(f"{wrong.filename}: {wrong.strerror}", file=sys.stderr)
    return 2


def _read(path: Path, seed: str = "") -> Any:
    from takwin.engines.allocation import documents

    if not path.exists():
        raise Malformed(path.name, None, "file", "is not there")
    if not path.is_dir():
        return documents.read(path, seed)
    from takwin.engines.allocation import parquet_io

    return parquet_io.read(path, seed)


def _solve(asked: Any) -> int:
    from takwin.engines.allocation import documents
    from takwin.engines.allocation.certificate import sound
    from takwin.engines.allocation.solve import solve

    if asked.threads:
        import numba

        numba.set_num_threads(max(1, min(asked.threads, os.cpu_count() or 1)))
    named = _read(asked.problem, asked.seed)
    result = solve(named.problem)
    # Written beside, then renamed: a reader never sees half a result.
    if asked.problem.is_dir():
        from takwin.engines.allocation import parquet_io

        if asked.result.exists() and (not asked.result.is_dir() or any(asked.result.iterdir())):
            raise Malformed(asked.result.name, None, "file", "is there already and not an empty folder")
        beside = Path(tempfile.mkdtemp(dir=asked.result.absolute().parent))
        try:
            certificate, times = parquet_io.write(beside, named, result)
            beside.chmod(0o755)
            os.replace(beside, asked.result)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    else:
        text, certificate, times = documents.write(named, result)
        beside = asked.result.with_name(asked.result.name + ".part")
        beside.write_bytes(text)
        os.replace(beside, asked.result)
    _print_certificate(certificate, times)
    return 0 if sound(certificate) else 1


def _print_certificate(certificate: dict[str, Any], times: dict[str, float]) -> None:
    for name, row in certificate["properties"].items():
        print(f"{name:12} {'holds' if row['held'] else row['faults']:>8} {times.get(name, 0):8.3f} s")
    counts = certificate["counts"]
    print(f"{counts['placed']} of {counts['candidates']} placed, {counts['with_bed']} with a bed")


def _verify(asked: Any) -> int:
    from takwin.engines.allocation import documents
    from takwin.engines.allocation.certificate import certify, sound

    if asked.problem.is_dir():
        from takwin.engines.allocation import parquet_io

        reader: Any = parquet_io.read_result
    else:
        reader = documents.read_result
    # Lots were drawn with the seed of the certificate, which may have come by the command line.
    named = _read(asked.problem, _seed(asked.result))
    result, claimed = reader(asked.result, named)
    found, times = certify(named.problem, result, seed=named.seed)
    _print_certificate(found, times)
    differ = [key for key in ("problem", "result", "seed", "properties") if found[key] != claimed.get(key)]
    for key in differ:
        print(f"the certificate differs: {key}", file=sys.stderr)
    if found["code"] != claimed.get("code"):
        print("note: computed by another version of the engine", file=sys.stderr)
    return 0 if sound(found) and not differ else 1


def _seed(path: Path) -> str:
    from takwin.engines.allocation import documents

    data = (
        documents.parse(path / "certificate.json") if path.is_dir() else documents.parse(path).get("certificate", {})
    )
    return str(data.get("seed", ""))


def _call_order(asked: Any) -> int:
    from takwin.engines.allocation import call_order

    call_order.copy(asked.table, asked.result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
