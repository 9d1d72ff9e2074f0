"""Subsets IBM Plex Sans Arabic (OFL) to the signs Arabic, French and English need.

The licence reserves the name Plex for the unmodified face, so the subset carries the name "Takwin Sans".
Use: python vendor/fonts.py FOLDER_WITH_FONTSOURCE_FILES takwin/ui/static/ui/fonts
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter, load_font, save_font

ARABIC = (
    "060C 061B 061F 0621-063A 0640-0652 0660-066C 0670 0671 067E 0686 06A4 06AF 06CC 200C-200F 2066-2069 FDF2"
)
LATIN = (
    "0020-007E 00A0 00A9 00AB 00B0-00B2 00B7 00BB 00C0 00C2 00C6-00CB 00CE 00CF 00D4 00D7 00D9 00DB 00DC "
    "00E0 00E2 00E6-00EB 00EE 00EF 00F4 00F9 00FB 00FC 0152 0153 2010-2014 2018 2019 201C 201D 2022 2026 "
    "202F 2039 203A 20AC 2190-2193 2212"
)


def signs(ranges):
    for part in ranges.split():
        first, _dash, last = part.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def main(folder, out):
    for script, ranges in (("arabic", ARABIC), ("latin", LATIN)):
        for weight in (400, 600):
            options = Options(layout_features=["*"], flavor="woff2")
            font = load_font(str(Path(folder, f"ibm-plex-sans-arabic-{script}-{weight}-normal.woff2")), options)
            subsetter = Subsetter(options)
            subsetter.populate(unicodes=list(signs(ranges)))
            subsetter.subset(font)
            for record in font["name"].names:
                if record.nameID in {1, 3, 4, 6, 16}:
                    record.string = "TakwinSans" if record.nameID in {3, 6} else "Takwin Sans"
            save_font(font, str(Path(out, f"takwin-{script}-{weight}.woff2")), options)


main(*sys.argv[1:])
