"""Invitations in mails (iCalendar, RFC 5545) as the lines that a mail program shows of them."""

import re

from worker.parsing.readers.markup.html import visible_text

_COMPONENTS = frozenset({"VEVENT", "VTODO", "VJOURNAL"})
_PROPERTY = re.compile(r"([A-Za-z-]{1,60})((?:;(?:[^:\"]|\"[^\"]*\")*)?):(.*)", re.DOTALL)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
_ZONE = re.compile(r";TZID=\"?([^;\"]+)", re.IGNORECASE)
_NAME = re.compile(r";CN=(?:\"([^\"]*)\"|([^;\"]*))", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(.)")
_MAX_EVENTS = 200
_MAX_ATTENDEES = 100


def calendar_lines(text: str) -> str:
    """Return summary, time, place, people and description of each event, a line for each."""
    events: list[dict[str, list[str]]] = []
    event: dict[str, list[str]] | None = None
    part_of_event = ""
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        found = _PROPERTY.match(line)
        if not found:
            continue
        name, parameters, value = found.group(1).upper(), found.group(2), found.group(3)
        component = value.strip().upper() if name in ("BEGIN", "END") else ""
        if part_of_event:
            # An alarm of an event has texts of its own, which nobody sees before it rings.
            if name == "END" and component == part_of_event:
                part_of_event = ""
        elif name == "BEGIN" and component in _COMPONENTS and len(events) < _MAX_EVENTS:
            event = {}
            events.append(event)
        elif name == "END" and component in _COMPONENTS:
            event = None
        elif name == "BEGIN" and event is not None:
            part_of_event = component
        elif event is not None:
            event.setdefault(name, []).append(_show(name, parameters, value))
    return "\n\n".join(filter(None, map(_describe, events)))


def _describe(event: dict[str, list[str]]) -> str:
    def first(name: str) -> str:
        return event.get(name, [""])[0]

    times = " to ".join(filter(None, (first("DTSTART"), first("DTEND") or first("DUE"))))
    lines = {
        "Event": first("SUMMARY"),
        "When": times,
        "Where": first("LOCATION"),
        "Organizer": first("ORGANIZER"),
        "Attendees": ", ".join(event.get("ATTENDEE", [])[:_MAX_ATTENDEES]),
    }
    shown = [f"{label}: {value}" for label, value in lines.items() if value.strip()]
    described = event.get("DESCRIPTION") or [
        visible_text(text, shows_pictures=False)[0] for text in event.get("X-ALT-DESC", [])
    ]
    return "\n".join([*shown, *described, *event.get("COMMENT", [])]).strip()


def _show(name: str, parameters: str, value: str) -> str:
    if name in ("DTSTART", "DTEND", "DUE"):
        return _show_time(parameters, value)
    if name in ("ORGANIZER", "ATTENDEE"):
        address = re.sub(r"^mailto:", "", value.strip(), flags=re.IGNORECASE)
        common = _NAME.search(parameters)
        who = ((common.group(1) or common.group(2) or "") if common else "").strip()
        return f"{who} <{address}>" if who and who != address else address
    return _ESCAPE.sub(lambda mark: "\n" if mark.group(1) in "nN" else mark.group(1), value).strip()


def _show_time(parameters: str, value: str) -> str:
    time = _TIME.match(value)
    if not time:
        return value
    year, month, day, hour, minute, utc = time.groups()
    zone = _ZONE.search(parameters)
    shown = f"{year}-{month}-{day}"
    if hour:
        shown += f" {hour}:{minute}" + (" UTC" if utc else "")
    return shown + (f" {zone.group(1)}" if zone and hour else "")
