"""How often a schedule comes round: `rate(…)` and `cron(…)` of EventBridge and AWS Backup."""

import re

MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60}
RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
CRON = re.compile(r"cron\((.+)\)")
DAYS = 30.4


def minutes(schedule: object) -> int | None:
    """Between two times of a `rate(…)`; None if it is none."""
    found = RATE.fullmatch(str(schedule))
    return int(found[1]) * MINUTES[found[2]] if found else None


def times_a_month(schedule: object) -> float | None:
    """Roughly; None if it is no schedule that can be read."""
    text = str(schedule).strip()
    if between := minutes(text):
        return DAYS * 24 * 60 / between
    if found := CRON.fullmatch(text):
        fields = found[1].split()
        return _cron(*fields[:5]) if len(fields) in (5, 6) else None
    return None


def _cron(minute: str, hour: str, day: str, month: str, weekday: str) -> float | None:
    counts = (_count(minute, 60), _count(hour, 24), _count(month, 12))
    days = _count(day, DAYS) if day not in ("*", "?") else _count(weekday, 7)
    if days is None or None in counts:
        return None
    if day in ("*", "?"):
        days *= DAYS / 7
    minutes, hours, months = (each or 0 for each in counts)
    return minutes * hours * days * months / 12


def _count(field: str, all: float) -> float | None:
    """How many of its values a field names."""
    if field in ("*", "?"):
        return all
    total = 0.0
    for part in field.split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        if slash and step.isdigit() and int(step):
            total += all / int(step)
        elif dash and first.isdigit() and last.isdigit():
            total += max(int(last) - int(first) + 1, 1)
        elif dash:
            return None
        else:
            total += 1
    return total
