"""What each constraint of a .fet file means, by its tag. Weights of 100 % hold (0 here); lower ones cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree import ElementTree

from takwin.engines.timetabling.model import Grid, Link, Malformed, Relation, Rule

Element = ElementTree.Element


class Unsupported(Exception):  # noqa: N818 - an answer, not an error
    """A form of a constraint that is not respected."""


@dataclass
class Activity:
    id: int
    subject: str
    tags: list[str]
    teachers: list[str]
    students: list[str]
    length: int
    component: int
    starts: list[tuple[frozenset[int], int]] = field(default_factory=list)
    rooms: dict[int, list[tuple[list[int], int]]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class Draft:
    """The problem while it is read."""

    grid: Grid
    half_days: bool
    days: list[str]
    hours: list[str]
    students: dict[str, list[str]] = field(default_factory=dict)
    parties: dict[tuple[str, str], int] = field(default_factory=dict)
    rooms: dict[str, int] = field(default_factory=dict)
    sites: list[int] = field(default_factory=list)
    site_names: dict[str, int] = field(default_factory=dict)
    activities: list[Activity] = field(default_factory=list)
    by_id: dict[int, int] = field(default_factory=dict)
    breaks: set[int] = field(default_factory=set)
    closed: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    room_closed: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    limits: list[tuple[Rule, int, int, int]] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._day = {name: place for place, name in enumerate(self.days)}
        self._hour = {name: place for place, name in enumerate(self.hours)}
        self._families: dict[str, int] = defaultdict(int)

    def site(self, name: str) -> int:
        return self.site_names.setdefault(name, len(self.site_names))

    def slot(self, day: str | None, hour: str | None) -> int:
        try:
            d, h = self._day[day or ""], self._hour[hour or ""]
        except KeyError as absent:
            raise Malformed(f"day “{day}”, hour “{hour}”", "is not in the file's week") from absent
        if self.half_days:
            return self.grid.slot(d // 2, h + (d % 2) * self.grid.noon)
        return self.grid.slot(d, h)

    def add(self, row: Element) -> None:
        number = int(row.findtext("Id", "0"))
        where = f"activity {number}"
        family = row.findtext("Activity_Group_Id", "0")
        component = 1
        if family != "0":
            self._families[family] += 1
            component = self._families[family]
        activity = Activity(
            id=number,
            subject=row.findtext("Subject") or "",
            tags=[tag.text or "" for tag in row.findall("Activity_Tag")],
            teachers=[name.text or "" for name in row.findall("Teacher")],
            students=[name.text or "" for name in row.findall("Students")],
            length=int(row.findtext("Duration", "1")),
            component=component,
        )
        for name in activity.teachers:
            if ("trainer", name) not in self.parties:
                raise Malformed(where, f"teacher “{name}” is not in the file")
        for name in activity.students:
            if name not in self.students:
                raise Malformed(where, f"students “{name}” are not in the file")
        self.by_id[number] = len(self.activities)
        self.activities.append(activity)

    def there(self, activity: Activity) -> list[int]:
        atoms = {self.parties["group", atom] for name in activity.students for atom in self.students[name]}
        return sorted(atoms) + sorted({self.parties["trainer", name] for name in activity.teachers})

    def starts(self, activity: Activity) -> dict[int, int]:
        """Every start that all the hard constraints allow, with the sum of what the others cost."""
        found = {}
        for slot in range(self.grid.slots):
            cost = 0
            if self.breaks.intersection(range(slot, slot + activity.length)):
                continue
            for allowed, weight in activity.starts:
                if slot not in allowed:
                    if not weight:
                        break
                    cost += weight
            else:
                found[slot] = cost
        return found

    def candidates(self, activity: Activity) -> dict[int, int] | None:
        """Rooms and what each costs: its own or its subject's, else those of its teachers or students; None: none."""
        weighted_rooms = activity.rooms[0] or activity.rooms[1]
        if not weighted_rooms:
            return None
        hard = [set(rooms) for rooms, weight in weighted_rooms if not weight]
        kept = set.intersection(*hard) if hard else {room for rooms, _ in weighted_rooms for room in rooms}
        if not kept:
            raise Malformed(f"activity {activity.id}", "its rooms contradict one another")
        return {
            room: sum(weight for rooms, weight in weighted_rooms if weight and room not in rooms)
            for room in sorted(kept)
        }

    def event(self, text: str | None) -> int:
        try:
            return self.by_id[int(text or "")]
        except (KeyError, ValueError):
            raise Unsupported from None  # an activity that is switched off

    def atoms(self, name: str) -> list[int]:
        return [self.parties["group", atom] for atom in self.students.get(name, [])]

    def groups(self) -> list[int]:
        return [place for (kind, _), place in self.parties.items() if kind == "group"]

    def trainers(self) -> list[int]:
        return [place for (kind, _), place in self.parties.items() if kind == "trainer"]


Apply = Callable[[Draft, Element, float], None]
RULES: dict[str, Apply] = {}


def _cost(weight: float) -> int:
    """0 holds; a lower percentage is a price: 95 % costs five times what 19 % does."""
    return 0 if weight >= 100 else max(1, round(weight / 10))


def rule(*tags: str) -> Callable[[Apply], Apply]:
    def name(function: Apply) -> Apply:
        for tag in tags:
            RULES[f"Constraint{tag}"] = function
        return function

    return name


def _nothing(draft: Draft, row: Element, weight: float) -> None:
    """A constraint that every problem respects: nobody and no room twice at a time."""


RULES["ConstraintBasicCompulsoryTime"] = _nothing
RULES["ConstraintBasicCompulsorySpace"] = _nothing


def _times(draft: Draft, row: Element, tag: str, day: str, hour: str) -> set[int]:
    return {draft.slot(time.findtext(day), time.findtext(hour)) for time in row.findall(tag)}


def _absence(draft: Draft, row: Element) -> set[int]:
    return _times(draft, row, "Not_Available_Time", "Day", "Hour")


@rule("BreakTimes")
def _breaks(draft: Draft, row: Element, weight: float) -> None:
    draft.breaks |= _times(draft, row, "Break_Time", "Day", "Hour")


@rule("TeacherNotAvailableTimes")
def _teacher_away(draft: Draft, row: Element, weight: float) -> None:
    draft.closed[draft.parties["trainer", row.findtext("Teacher", "")]] |= _absence(draft, row)


@rule("StudentsSetNotAvailableTimes")
def _students_away(draft: Draft, row: Element, weight: float) -> None:
    for party in draft.atoms(row.findtext("Students", "")):
        draft.closed[party] |= _absence(draft, row)


@rule("RoomNotAvailableTimes")
def _room_away(draft: Draft, row: Element, weight: float) -> None:
    draft.room_closed[draft.rooms[row.findtext("Room", "")]] |= _absence(draft, row)


def _limit(tag: str, value: str, daily: Rule | None, halves: Rule | None) -> None:
    """One limit in its four forms: all teachers, one, all students, a set. A day of a half-days file is a half."""

    def apply(draft: Draft, row: Element, weight: float) -> None:
        kind = halves if draft.half_days else daily
        if kind is None or row.findtext("Allow_Empty_Days", "true") != "true":
            raise Unsupported
        text = row.findtext(value)
        if text is None:
            raise Unsupported
        name = row.findtext("Teacher_Name") or row.findtext("Teacher") or row.findtext("Students")
        if row.tag.startswith("ConstraintTeachers"):
            who = draft.trainers()
        elif row.tag.startswith("ConstraintTeacher"):
            who = [draft.parties["trainer", name or ""]]
        elif row.tag.startswith("ConstraintStudentsSet"):
            who = draft.atoms(name or "")
        else:
            who = draft.groups()
        draft.limits += [(kind, party, int(text), _cost(weight)) for party in who]

    for subject in ("Teachers", "Teacher", "Students", "StudentsSet"):
        RULES[f"Constraint{subject}{tag}"] = apply


_limit("MaxHoursDaily", "Maximum_Hours_Daily", Rule.HOURS_A_DAY, Rule.HOURS_A_HALF)
_limit("MaxHoursDailyRealDays", "Maximum_Hours_Daily", None, Rule.HOURS_A_DAY)
_limit("MaxHoursContinuously", "Maximum_Hours_Continuously", Rule.IN_A_ROW, Rule.IN_A_ROW_HALF)
_limit("MinHoursDaily", "Minimum_Hours_Daily", Rule.LEAST_A_DAY, Rule.LEAST_A_HALF)
_limit("MaxGapsPerDay", "Max_Gaps", Rule.GAPS_A_DAY, Rule.GAPS_A_HALF)
_limit("MaxGapsPerWeek", "Max_Gaps", Rule.GAPS_A_WEEK, Rule.GAPS_A_WEEK_HALVES)
_limit("MaxDaysPerWeek", "Max_Days_Per_Week", Rule.DAYS_A_WEEK, Rule.HALVES_A_WEEK)
_limit("MaxRealDaysPerWeek", "Max_Days_Per_Week", None, Rule.DAYS_A_WEEK)
_limit("MaxMorningsPerWeek", "Max_Mornings_Per_Week", None, Rule.MORNINGS_A_WEEK)
_limit("MaxAfternoonsPerWeek", "Max_Afternoons_Per_Week", None, Rule.AFTERNOONS_A_WEEK)
_limit("MaxBuildingChangesPerDay", "Max_Building_Changes_Per_Day", Rule.SITES_A_DAY, None)


@rule("TeachersMinGapsBetweenBuildingChanges", "StudentsMinGapsBetweenBuildingChanges")
def _walk(draft: Draft, row: Element, weight: float) -> None:
    if row.findtext("Min_Gaps_Between_Building_Changes") != "1":
        raise Unsupported
    who = draft.trainers() if "Teachers" in row.tag else draft.groups()
    draft.limits += [(Rule.TRAVEL, party, 0, _cost(weight)) for party in who]


def _bound(link: Link, row: Element, draft: Draft, weight: float, first: str = "", second: str = "") -> None:
    if first:
        events = [draft.event(row.findtext(first)), draft.event(row.findtext(second))]
    else:
        numbers = [tag.text or "" for tag in row.findall("Activity_Id")]
        events = [draft.by_id[int(number)] for number in numbers if int(number) in draft.by_id]
    if len(events) > 1:
        draft.relations.append(Relation(link, tuple(events), weight=_cost(weight)))


@rule("MinDaysBetweenActivities")
def _apart(draft: Draft, row: Element, weight: float) -> None:
    events = [
        draft.by_id[int(tag.text or "")] for tag in row.findall("Activity_Id") if int(tag.text or "") in draft.by_id
    ]
    days = int(row.findtext("MinDays", "1"))
    if len(events) > 1 and days:
        adjacent = row.findtext("Consecutive_If_Same_Day", "true") == "true"
        draft.relations.append(Relation(Link.APART, tuple(events), days, _cost(weight), adjacent))


@rule("ActivitiesSameStartingTime")
def _same_start(draft: Draft, row: Element, weight: float) -> None:
    if weight < 100:
        raise Unsupported
    _bound(Link.SAME_START, row, draft, weight)


@rule("TwoActivitiesConsecutive")
def _consecutive(draft: Draft, row: Element, weight: float) -> None:
    if weight < 100:
        raise Unsupported
    _bound(Link.CONSECUTIVE, row, draft, weight, "First_Activity_Id", "Second_Activity_Id")


@rule("TwoActivitiesOrdered")
def _ordered(draft: Draft, row: Element, weight: float) -> None:
    _bound(Link.ORDERED, row, draft, weight, "First_Activity_Id", "Second_Activity_Id")


@rule("TwoActivitiesGrouped")
def _grouped(draft: Draft, row: Element, weight: float) -> None:
    _bound(Link.GROUPED, row, draft, weight, "First_Activity_Id", "Second_Activity_Id")


@rule("ActivitiesNotOverlapping")
def _not_together(draft: Draft, row: Element, weight: float) -> None:
    _bound(Link.NOT_TOGETHER, row, draft, weight)


@rule("ActivitiesSameStartingDay")
def _same_day(draft: Draft, row: Element, weight: float) -> None:
    if draft.half_days:
        raise Unsupported
    _bound(Link.SAME_DAY, row, draft, weight)


@rule("ActivitiesOccupyMaxTimeSlotsFromSelection")
def _used(draft: Draft, row: Element, weight: float) -> None:
    events = [
        draft.by_id[int(tag.text or "")] for tag in row.findall("Activity_Id") if int(tag.text or "") in draft.by_id
    ]
    slots = _times(draft, row, "Selected_Time_Slot", "Selected_Day", "Selected_Hour")
    most = row.findtext("Max_Number_of_Occupied_Time_Slots")
    if most is None:
        raise Unsupported
    draft.relations.append(Relation(Link.SLOTS_USED, tuple(events), int(most), _cost(weight), slots=frozenset(slots)))


@rule("ActivityPreferredStartingTime")
def _one_start(draft: Draft, row: Element, weight: float) -> None:
    activity = draft.activities[draft.event(row.findtext("Activity_Id"))]
    slot = draft.slot(row.findtext("Preferred_Day"), row.findtext("Preferred_Hour"))
    activity.starts.append((frozenset([slot]), _cost(weight)))


@rule("ActivityPreferredStartingTimes")
def _some_starts(draft: Draft, row: Element, weight: float) -> None:
    activity = draft.activities[draft.event(row.findtext("Activity_Id"))]
    slots = _times(draft, row, "Preferred_Starting_Time", "Preferred_Starting_Day", "Preferred_Starting_Hour")
    activity.starts.append((frozenset(slots), _cost(weight)))


def _concerned(draft: Draft, row: Element) -> list[Activity]:
    """Activities that match every element of a row that is given: teacher, students, subject, tag, length, part."""
    teacher, students = row.findtext("Teacher_Name"), row.findtext("Students_Name")
    subject, tag = row.findtext("Subject_Name"), row.findtext("Activity_Tag_Name")
    length, component = row.findtext("Duration"), row.findtext("Component_Number")
    within = set(draft.atoms(students)) if students else set()
    return [
        activity
        for activity in draft.activities
        if (not teacher or teacher in activity.teachers)
        and (
            not students
            or (activity.students and within.issuperset(p for s in activity.students for p in draft.atoms(s)))
        )
        and (not subject or subject == activity.subject)
        and (not tag or tag in activity.tags)
        and (not length or int(length) == activity.length)
        and (not component or int(component) == activity.component)
    ]


@rule("ActivitiesPreferredStartingTimes", "SubactivitiesPreferredStartingTimes")
def _class_starts(draft: Draft, row: Element, weight: float) -> None:
    slots = _times(draft, row, "Preferred_Starting_Time", "Preferred_Starting_Day", "Preferred_Starting_Hour")
    for activity in _concerned(draft, row):
        activity.starts.append((frozenset(slots), _cost(weight)))


@rule("ActivitiesPreferredTimeSlots", "SubactivitiesPreferredTimeSlots", "ActivityPreferredTimeSlots")
def _class_slots(draft: Draft, row: Element, weight: float) -> None:
    slots = _times(draft, row, "Preferred_Time_Slot", "Preferred_Day", "Preferred_Hour")
    if "Activity_Id" in {tag.tag for tag in row}:
        activities = [draft.activities[draft.event(row.findtext("Activity_Id"))]]
    else:
        activities = _concerned(draft, row)
    for activity in activities:
        inside = {slot for slot in slots if all(slot + step in slots for step in range(activity.length))}
        activity.starts.append((frozenset(inside), _cost(weight)))


def _rooms(draft: Draft, row: Element) -> list[int]:
    names = [tag.text or "" for tag in row.findall("Preferred_Room")] or [row.findtext("Room", "")]
    return [draft.rooms[name] for name in names]


@rule("ActivityPreferredRoom", "ActivityPreferredRooms")
def _activity_room(draft: Draft, row: Element, weight: float) -> None:
    draft.activities[draft.event(row.findtext("Activity_Id"))].rooms[0].append((_rooms(draft, row), _cost(weight)))


@rule(
    "SubjectPreferredRoom", "SubjectPreferredRooms", "ActivityTagPreferredRoom", "ActivityTagPreferredRooms",
    "SubjectActivityTagPreferredRoom", "SubjectActivityTagPreferredRooms",
)  # fmt: skip
def _subject_room(draft: Draft, row: Element, weight: float) -> None:
    subject, tag = row.findtext("Subject"), row.findtext("Activity_Tag")
    for activity in draft.activities:
        if (not subject or activity.subject == subject) and (not tag or tag in activity.tags):
            activity.rooms[0].append((_rooms(draft, row), _cost(weight)))


@rule("TeacherHomeRoom", "TeacherHomeRooms", "StudentsSetHomeRoom", "StudentsSetHomeRooms")
def _home_room(draft: Draft, row: Element, weight: float) -> None:
    """A home room holds for activities of exactly this teacher, or of exactly this students set, as FET itself reads
    it (`teachersNames.count() == 1`, `studentsNames.count() == 1`). Two sets that meet stay in neither home."""
    teacher, students = row.findtext("Teacher"), row.findtext("Students")
    for activity in draft.activities:
        if (teacher and activity.teachers == [teacher]) or (students and activity.students == [students]):
            activity.rooms[1].append((_rooms(draft, row), _cost(weight)))
