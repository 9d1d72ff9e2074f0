"""A solution back into its .fet file: every session locked at its time and in its room, to open or print in FET."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from takwin.engines.timetabling.fet.read import School, parse
from takwin.engines.timetabling.model import UNPLACED, Timetable

Element = ElementTree.Element


def _row(tag: str, **fields: str) -> Element:
    row = ElementTree.Element(tag)
    for name, text in fields.items():
        ElementTree.SubElement(row, name).text = text
    return row


def write(school: School, timetable: Timetable, source: Path, path: Path) -> None:
    """The file `source` with the timetable as constraints of 100 %; written whole or not at all."""
    root = parse(source)
    times, spaces = root.find("Time_Constraints_List"), root.find("Space_Constraints_List")
    assert times is not None
    assert spaces is not None
    days = [
        row.findtext("Name", row.text or "") for row in (root.find("Days_List") or []) if row.tag != "Number_of_Days"
    ]
    hours = [
        row.findtext("Name", row.text or "") for row in (root.find("Hours_List") or []) if row.tag != "Number_of_Hours"
    ]
    whole = {"Weight_Percentage": "100"}
    state = {"Permanently_Locked": "false", "Active": "true", "Comments": ""}
    for event, number in enumerate(school.ids):
        slot = timetable.start[event]
        if slot == UNPLACED:
            continue
        day, hour = school.when(slot)
        cells = {"Activity_Id": str(number), "Preferred_Day": days[day], "Preferred_Hour": hours[hour]}
        times.append(_row("ConstraintActivityPreferredStartingTime", **whole, **cells, **state))
        for room in timetable.rooms[event]:
            cells = {"Activity_Id": str(number), "Room": school.problem.rooms[room].name}
            spaces.append(_row("ConstraintActivityPreferredRoom", **whole, **cells, **state))
    ElementTree.indent(root, space=" ")
    aside = path.with_name(path.name + ".part")
    ElementTree.ElementTree(root).write(aside, encoding="UTF-8", xml_declaration=True)
    aside.replace(path)
