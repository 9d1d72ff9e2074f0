"""Vendors the parts of daisyUI that the stylesheet asks for: python vendor/daisyui.py FOLDER, an unpacked npm package.

The names are read from the line `include:` of takwin/ui/css/app.css; everything else of the package (50 components, 35
themes) stays out, and `imports.js` and `theme/object.js` list what is left.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "vendor" / "daisyui"
KINDS = ("base", "components", "utilities")


def main(package: Path) -> None:
    css = (ROOT / "takwin/ui/css/app.css").read_text()
    wanted = [name.strip() for name in re.search(r"include:([^;]+);", css)[1].split(",")]
    # In the order of the package: rules of equal weight must stay in theirs.
    listed = re.findall(r"from './(\w+)/(\w+)/index.js'", (package / "imports.js").read_text())
    found = {name: kind for kind, name in listed if kind in KINDS and name in wanted}
    if missing := set(wanted) - set(found):
        sys.exit(f"daisyUI has no {', '.join(sorted(missing))}")
    kept = TARGET.with_name("daisyui.new")
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(package / "functions", kept / "functions")
    for name in ("index.js", "package.json", "LICENSE"):
        shutil.copy(package / name, kept / name)
    for name, kind in found.items():
        shutil.copytree(package / kind / name, kept / kind / name)
    imports = [f"import {name} from './{kind}/{name}/index.js';" for name, kind in found.items()]
    tables = [f"export const {kind} = {{{', '.join(n for n in found if found[n] == kind)}}};" for kind in KINDS]
    (kept / "imports.js").write_text("\n".join([*imports, *tables, ""]))
    (kept / "theme").mkdir()
    (kept / "theme" / "object.js").write_text("export default {};\n")
    shutil.rmtree(TARGET, ignore_errors=True)
    kept.rename(TARGET)
    write_digests()


def write_digests() -> None:
    path = ROOT / "vendor" / "vendor.json"
    listed = json.loads(path.read_text())
    entry = next(entry for entry in listed if entry["name"] == "daisyUI")
    files = sorted(file for file in TARGET.rglob("*") if file.is_file())
    entry["files"] = {str(f.relative_to(ROOT)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}
    path.write_text(json.dumps(listed, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
