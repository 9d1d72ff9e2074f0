"""Opens one-line templates so that djangofmt can lay them out: `bin/format` runs both, `bin/test` checks both.

djangofmt (line length 120, two spaces) breaks lines only where white space stands already, because a space between two
inline elements is seen. Written on one line, `{% for row in rows %}<tr>…</tr>{% endfor %}` gives it no place to break.
`open_template` adds a newline beside a tag where no reader can see it: where every path through the template leads to
white space or to the edge of a block, on one side or the other. `shorten_translations` turns a `{% translate "…" %}`
that is longer than a line into `{% blocktranslate trimmed %}`, when the string to be translated stays the same.

`python bin/_templates.py FILE…` rewrites, `--check` only names what would change (exit status 1).
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bin._html import BOXES, COMPONENTS, SHAPES, VERBATIM, VOID, is_block, is_flex, names

LINE = 120  # columns: the limit given to djangofmt
TALL = 100  # columns: a construct longer than this is opened even when it holds inline elements only
ROUNDS = 4  # opening and laying out settle in two rounds on every template of ours

CONTROLS = names("button input label select textarea")
BRANCHES = names("elif else empty")
SILENT = names("comment csrf_token endwith extends form_key load seen_sheet seen_values with")
OPAQUE_BODIES = ("blocktranslate", "blocktrans", "comment", "verbatim")
PAGE_BLOCKS = names("content head page scripts")  # blocks which hold blocks, in every template that fills them

_PIECE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<!--.*?-->|<!\w[^>]*>|</?[a-zA-Z][\w.-]*|\s+", re.S)
_IN_ELEMENT = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|\"|'|>", re.S)


@dataclass
class Token:
    kind: str  # tag, var, note, open, close, void, raw, space, text
    text: str
    name: str = ""
    outside_block: bool = False  # white space beside it is not drawn
    inside_block: bool = False  # white space just within it is not drawn
    partner: int = -1  # of a branching tag: the next branch or the end; of an end: the beginning


def _end_of_element(source: str, start: int) -> int:
    """The index after the `>` that closes the element begun before `start`: neither a `>` within quotes nor within a
    template tag closes it."""
    quote = ""
    for found in _IN_ELEMENT.finditer(source, start):
        sign = found.group()
        if sign in ('"', "'"):
            quote = "" if sign == quote else (quote or sign)
        elif sign == ">" and not quote:
            return found.end()
    raise ValueError(f"an element is never closed: {source[start - 20 : start + 40]!r}")


def _end_of_body(source: str, start: int, closing: str) -> int:
    found = re.compile(closing, re.S | re.I).search(source, start)
    if found is None:
        raise ValueError(f"{closing} is missing after {source[start - 40 : start]!r}")
    return found.end()


def read_tokens(source: str) -> list[Token]:
    """The template in pieces which, joined, are the source again."""
    tokens: list[Token] = []
    at = 0
    while at < len(source):
        found = _PIECE.search(source, at)
        if found is None or found.start() > at:
            end = len(source) if found is None else found.start()
            tokens.append(Token("text", source[at:end]))
            at = end
            continue
        piece, end = found.group(), found.end()
        if piece.isspace():
            token = Token("space", piece)
        elif piece.startswith("{%"):
            name = (piece[2:-2].split() or [""])[0]
            if name in OPAQUE_BODIES:
                end = _end_of_body(source, end, r"\{%-?\s*end" + name + r"\b.*?%\}")
            token = Token("raw" if name in OPAQUE_BODIES else "tag", source[at:end], name)
        elif piece.startswith("{"):
            token = Token("var" if piece.startswith("{{") else "note", piece)
        elif piece.startswith("<!"):
            token = Token("note" if piece.startswith("<!--") else "void", piece, outside_block=True)
        else:
            end = _end_of_element(source, end)
            name = piece.strip("</").lower()
            kind = "close" if piece.startswith("</") else "open"
            if kind == "open" and name in VERBATIM:
                end, kind = _end_of_body(source, end, rf"</{name}\s*>"), "raw"
            elif kind == "open" and (name in VOID or source[end - 2] == "/"):
                kind = "void"
            token = Token(kind, source[at:end], name)
        tokens.append(token)
        at = end
    return tokens


def _classes(text: str) -> frozenset[str]:
    found = re.search(r'\bclass="([^"]*)"', text)
    return frozenset(re.sub(r"\{[%{].*?[%}]\}", " ", found.group(1)).split()) if found else frozenset()


def mark_edges(tokens: list[Token]) -> None:
    """Says of each element whether white space beside it, and just within it, is drawn."""
    parents: list[Token] = []
    for token in tokens:
        if token.kind == "close":
            opening = next((parent for parent in reversed(parents) if parent.name == token.name), None)
            if opening is None:
                continue
            while parents.pop() is not opening:
                pass
            token.outside_block, token.inside_block = opening.outside_block, opening.inside_block
        elif token.kind in ("open", "void", "raw") and token.name and not token.text.startswith("{"):
            above = [frozenset[str](), *(_classes(parent.text) for parent in parents)]
            in_flex = bool(parents) and is_flex(parents[-1].name, above[-1], above[-2])
            in_svg = any(parent.name == "svg" for parent in parents)
            preserved = any("whitespace-pre" in " ".join(_classes(parent.text)) for parent in [*parents, token])
            block = is_block(token.name, above) or token.name in COMPONENTS or (in_svg and token.name in SHAPES)
            flex = is_flex(token.name, _classes(token.text), above[-1])
            token.outside_block = not preserved and (block or in_flex)
            token.inside_block = not preserved and (block or in_flex or flex or token.name in BOXES)
            if token.kind == "open":
                parents.append(token)


def match_tags(tokens: list[Token]) -> None:
    """Gives each branching tag its next branch, and each end its beginning."""
    ends = {token.name.removeprefix("end") for token in tokens if token.kind == "tag" and token.name.startswith("end")}
    stack: list[list[int]] = []
    for index, token in enumerate(tokens):
        if token.kind != "tag":
            continue
        if token.name in ends:
            stack.append([index])
        elif token.name in BRANCHES:
            tokens[stack[-1][-1]].partner = index
            stack[-1].append(index)
        elif token.name.startswith("end"):
            branches = stack.pop()
            tokens[branches[-1]].partner = index
            token.partner = branches[0]


def _pieces(source: str) -> tuple[list[Token], list[Token], list[int]]:
    """All tokens; those that are no space; and the place in the first list where each of the second stands."""
    tokens = read_tokens(source)
    mark_edges(tokens)
    match_tags(tokens)
    places = [index for index, token in enumerate(tokens) if token.kind != "space"]
    return tokens, [tokens[index] for index in places], places


def _branches(tokens: list[Token], index: int) -> list[int]:
    """The tags of a construct, from the one at `index` to its end."""
    branches = [index]
    while not tokens[branches[-1]].name.startswith("end"):
        branches.append(tokens[branches[-1]].partner)
    return branches


def _edges(tokens: list[Token]) -> list[tuple[int, int, int]]:
    """The paths through the template: from place to place (a place is before the token of its number), and the token
    passed, or -1 where control jumps."""
    edges = []
    for index, token in enumerate(tokens):
        branching = token.kind == "tag" and token.name in ("if", "ifchanged", "for")
        of = tokens[token.partner].name if token.kind == "tag" and token.name.startswith("end") else ""
        if token.kind == "tag" and token.name in BRANCHES:  # the branch before is over
            edges.append((index, _branches(tokens, index)[-1], -1))
        elif branching:
            later = _branches(tokens, index)
            whole = tokens[later[-2]].name in ("else", "empty")  # one of the branches is always taken
            edges += [(index, branch + 1, -1) for branch in (later[:-1] if whole else later)]
        elif of == "for":
            edges += [(index, token.partner + 1, -1), (index, index + 1, -1)]
        else:
            edges.append((index, index + 1, -1 if of in ("if", "ifchanged") else index))
    return edges


def _is_silent(token: Token) -> bool:
    """Whether a tag draws nothing: `{% load … %}`, `{% url … as home %}`, `{% blocktranslate asvar … %}`."""
    words = token.text.partition("%}")[0].split()
    kept = words[-2:-1] == ["as"] or (token.name == "blocktranslate" and "asvar" in words)
    return (token.kind == "tag" and token.name in SILENT) or (token.kind in ("tag", "raw") and kept)


def _reads(token: Token, forwards: bool) -> str:
    """What white space put before (or, backwards, after) the token meets: `free`, `tight`, or `through` to what
    follows."""
    if token.kind == "space":
        return "free"
    if token.kind == "note" or _is_silent(token):
        return "through"
    if token.kind == "void" and token.name == "input" and 'type="hidden"' in token.text:
        return "through"
    if token.kind == "tag" and token.name in ("block", "endblock", "partialdef", "endpartialdef"):
        words = token.text.split()
        return "free" if len(words) > 3 and words[2] in PAGE_BLOCKS or token.name == "partialdef" else "tight"
    if token.kind == "void":
        return "free" if token.outside_block else "tight"
    if token.kind in ("open", "raw"):
        return "free" if (token.outside_block if forwards or token.kind == "raw" else token.inside_block) else "tight"
    if token.kind == "close":
        return "free" if (token.inside_block if forwards else token.outside_block) else "tight"
    return "tight"


def _free_places(tokens: list[Token], forwards: bool) -> list[bool]:
    """For each place: does every path from it (or to it) meet white space or a block first?"""
    links: dict[int, list[tuple[int, int]]] = {}
    for start, end, passed in _edges(tokens):
        links.setdefault(start if forwards else end, []).append((end if forwards else start, passed))
    free = [True] * (len(tokens) + 1)
    free[-1 if forwards else 0] = False  # what includes this template is not known
    changed = True
    while changed:
        changed = False
        for place in range(len(tokens), -1, -1) if forwards else range(len(tokens) + 1):
            if not free[place]:
                continue
            for other, passed in links.get(place, []):
                met = "through" if passed < 0 else _reads(tokens[passed], forwards)
                if met == "tight" or (met == "through" and not free[other]):
                    free[place], changed = False, True
                    break
    return free


def _wanted_places(tokens: list[Token]) -> Iterator[int]:
    """The places where a newline would let a reader breathe: beside the tags of tall constructs, beside blocks and
    tags that draw nothing, and before what is typed into or pressed."""
    for index, token in enumerate(tokens):
        if (
            token.kind == "tag"
            and token.partner >= 0
            and not token.name.startswith("end")
            and token.name not in BRANCHES
        ):
            branches = _branches(tokens, index)
            body = tokens[index : branches[-1] + 1]
            if any(part.outside_block for part in body) or sum(len(part.text) for part in body) > TALL:
                for branch in branches:
                    yield branch
                    yield branch + 1
        elif (token.outside_block and token.kind in ("open", "void", "raw")) or _is_silent(token):
            yield index
        if (token.outside_block and token.kind in ("close", "void")) or _is_silent(token):
            yield index + 1
        if token.name in CONTROLS and token.kind in ("open", "void"):
            yield index


def _open_translation(text: str) -> str:
    """A long `{% blocktranslate trimmed %}` with each string on lines of its own: `trimmed` drops the newlines."""
    opening = re.match(r"\{%\s*blocktrans(?:late)?\b.*?%\}", text, re.S)
    if opening is None or "trimmed" not in opening.group().split() or len(text) <= TALL:
        return text
    return re.sub(
        r"\s*(\{%-?\s*(?:plural|endblocktrans\w*)\b.*?%\})\s*",
        r"\n\1\n",
        opening.group() + "\n" + text[opening.end() :].strip(),
    )


def open_template(source: str) -> str:
    """The source with newlines where they are wanted and cannot be seen; where a space stands already, the line breaks
    there."""
    tokens, _words, _places = _pieces(source)
    before, after = _free_places(tokens, forwards=False), _free_places(tokens, forwards=True)
    chosen = set()
    for place in _wanted_places(tokens):
        beside = [token for token in tokens[max(0, place - 1) : place + 1] if token.kind == "space"]
        for token in beside:
            token.text = token.text if "\n" in token.text else "\n"
        if not beside and 0 < place < len(tokens) and (before[place] or after[place]):
            chosen.add(place)
    texts = (_open_translation(token.text).rstrip("\n") if token.kind == "raw" else token.text for token in tokens)
    return "".join(("\n" if index in chosen else "") + text for index, text in enumerate(texts))


_TRANSLATE = re.compile(r"""\{%\s*translate\s+(?:"([^"\\]*)"|'([^'\\]*)')\s*%\}""")


def shorten_translations(source: str) -> str:
    """The source with `{% blocktranslate trimmed %}` for each `{% translate %}` on a line that is too long, outside of
    elements' attributes, and only where both ask the catalogue for the same string."""
    parts, lines = [], iter(source.split("\n"))
    length = len(next(lines))
    for token in read_tokens(source):
        found = _TRANSLATE.fullmatch(token.text) if token.kind == "tag" else None
        words = (found.group(1) or found.group(2) or "") if found else ""
        same = words and words == " ".join(words.split()) and not re.search(r"%|\{[{%#]", words)
        if same and length > LINE and len(words) > LINE // 2:
            parts.append("{% blocktranslate trimmed %}" + words + "{% endblocktranslate %}")
        else:
            parts.append(token.text)
        for _newline in range(token.text.count("\n")):
            length = len(next(lines))
    return "".join(parts)


def lay_out(sources: dict[Path, str]) -> dict[Path, str]:
    """The sources as djangofmt lays them out, in one call."""
    with tempfile.TemporaryDirectory() as folder:
        copies = {path: Path(folder) / f"{number}.html" for number, path in enumerate(sources)}
        for path, copy in copies.items():
            copy.write_text(sources[path], encoding="utf-8")
        tool = Path(sys.executable).with_name("djangofmt")
        command = [
            str(tool),
            "--quiet",
            "--line-length",
            str(LINE),
            "--indent-width",
            "2",
            "--custom-blocks",
            "partialdef",
        ]
        done = subprocess.run([*command, folder], capture_output=True, text=True)
        if done.returncode:
            names = "\n".join(f"{copy.name} is {path}" for path, copy in copies.items() if copy.name in done.stderr)
            raise SystemExit(f"{done.stderr}\n{names}")
        return {path: copy.read_text(encoding="utf-8") for path, copy in copies.items()}


def restore_spaces(source: str, laid: str) -> str:
    """What djangofmt made of the source, without the spaces that it added or took where they are seen: it puts
    `{% endif %}{% if … %}` on two lines even between two letters of a word."""
    tokens, words, places = _pieces(source)
    new_tokens, new_words, new_places = _pieces(laid)
    if [(word.kind, word.name) for word in words] != [(word.kind, word.name) for word in new_words]:
        raise ValueError("djangofmt changed more than white space")
    may_add = [a or b for a, b in zip(_free_places(tokens, False), _free_places(tokens, True), strict=True)]
    may_take = [a or b for a, b in zip(_free_places(new_tokens, False), _free_places(new_tokens, True), strict=True)]
    out: list[str] = []
    for number, (token, place) in enumerate(zip(new_words, new_places, strict=True)):
        if number:
            spaced = place - new_places[number - 1] > 1
            had = places[number] - places[number - 1] > 1
            space = new_tokens[place - 1].text if spaced else ""
            if spaced and not had and not may_add[places[number]]:
                space = ""
            elif had and not spaced and not may_take[place]:
                space = " "
            out.append(space)
        out.append(token.text)
    return "".join(out) + "\n"


def format_templates(sources: dict[Path, str]) -> dict[Path, str]:
    """Each template opened and laid out, again until nothing changes."""
    settled: dict[Path, str] = {}
    moving = dict(sources)
    for _round in range(ROUNDS):
        opened = {path: open_template(shorten_translations(text)) for path, text in moving.items()}
        laid = {path: restore_spaces(opened[path], text) for path, text in lay_out(opened).items()}
        settled |= laid
        moving = {path: text for path, text in laid.items() if text != moving[path]}
        if not moving:
            break
    return settled


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    root = Path(__file__).resolve().parent.parent
    named = [Path(name) for name in arguments if not name.startswith("-")]
    paths = named or sorted((root / "takwin").rglob("templates/**/*.html"))
    sources = {path: path.read_text(encoding="utf-8") for path in paths}
    changed = {path: text for path, text in format_templates(sources).items() if text != sources[path]}
    for path, text in changed.items():
        if check:
            print(f"{path} is not laid out: run bin/format (or python bin/_templates.py).")
        else:
            path.write_text(text, encoding="utf-8")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
