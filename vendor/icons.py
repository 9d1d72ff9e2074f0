"""Makes the sprites of the Lucide icons (ISC) that takwin uses: those of every page, and the pictures of the interest
test. Use: python vendor/icons.py ICON_FOLDER icons|pictures OUT.svg"""

import re
import sys
from pathlib import Path

USED = """search map-pin bed building-2 graduation-cap file-text calendar download chevron-left arrow-up arrow-down x
menu check triangle-alert info users log-in log-out user printer grip-vertical history clock trash-2 upload plus
pencil external-link scale chart-no-axes-column list-ordered handshake qr-code shield-check circle-help lock
lock-open refresh-cw play house compass calendar-check phone video wifi-off heart-handshake bell message-square smile
meh frown""".split()
PICTURES = """bike hammer factory sprout plug truck shirt cooking-pot microscope wrench calculator flask-conical
heart-pulse code chart-line test-tube palette camera paint-roller music pen-line gem clapperboard amphora hand-helping
book-open baby ear briefcase-medical volleyball heart-handshake signpost store megaphone flag rocket handshake tent mic
smartphone folder coins table package calendar spell-check list-checks receipt""".split()


def main(folder, which, out):
    symbols = []
    for name in sorted({"icons": USED, "pictures": PICTURES}[which]):
        text = Path(folder, f"{name}.svg").read_text()
        body = re.sub(r"\s+", " ", re.search(r"<svg[^>]*>(.*)</svg>", text, re.S).group(1)).strip()
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
            f'stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
        )
    Path(out).write_text('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n")


main(*sys.argv[1:])
