"""Turns simplified, projected GeoJSON of regions and provinces into the SVG paths of data/geometry/.

Input: npm `morocco-map` (ODbL), through `mapshaper IN -simplify 6% keep-shapes
-each 'cx=this.innerX,cy=this.innerY' -proj webmercator -o OUT.geojson`. Only the shapes and the ISO codes
are kept; names of the file are dropped, the map shows those of HCP.
Use: python vendor/geometry.py regions.geojson provinces.geojson data/geometry
"""

import json
import sys
from pathlib import Path

WIDTH = 420.0


def rings(geometry):
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        yield from polygon


def main(regions, provinces, out):
    shapes = {name: json.loads(Path(path).read_text())["features"] for name, path in
              (("regions", regions), ("provinces", provinces))}
    points = [p for f in shapes["regions"] for ring in rings(f["geometry"]) for p in ring]
    left, top = min(p[0] for p in points), max(p[1] for p in points)
    scale = WIDTH / (max(p[0] for p in points) - left)
    height = (top - min(p[1] for p in points)) * scale
    for name, features in shapes.items():
        rows = {}
        for feature in sorted(features, key=lambda f: f["id"]):
            path = ""
            for ring in rings(feature["geometry"]):
                spots = []
                for x, y in ring:
                    spot = (round((x - left) * scale, 1), round((top - y) * scale, 1))
                    if not spots or spots[-1] != spot:
                        spots.append(spot)
                if len(spots) > 3:
                    path += "M" + "L".join(f"{x:g} {y:g}" for x, y in spots[:-1]) + "Z"
            facts = feature["properties"]
            rows[feature["id"]] = {"path": path, "lon": round(facts["cx"], 4), "lat": round(facts["cy"], 4)}
        data = {"licence": "ODbL-1.0, © OpenStreetMap contributors", "width": WIDTH, "height": round(height, 1),
                "shapes": rows}
        Path(out, f"{name}.json").write_text(json.dumps(data, ensure_ascii=False, indent=0) + "\n")


main(*sys.argv[1:])
