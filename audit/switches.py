"""Settings that switch something on or off, whichever way round they say it: `ENABLE_X`,
`x.enabled`, `disable_x`, `turn_off_x`."""

from dataclasses import dataclass

from audit.words import in_words, names_of

ON = ("true", "1", "yes", "on", "full", "enabled", "all")
OFF = ("false", "0", "no", "off", "none", "disabled", "")
# What only says whether the thing is on; the thing is then named by what holds the setting.
ASKING = "enabled enable on active default value state is required".split()
AGAINST = "disable disabled disables skip bypass off without no".split()


@dataclass(frozen=True)
class Switch:
    """`name` is what is switched, in `words`; `against`: it is switched on to keep that off."""

    name: str
    words: tuple[str, ...]
    on: bool
    against: bool


def switch(place: str, value: str) -> Switch | None:
    """None if it is no switch."""
    text = value.strip().lower()
    if text not in (*ON, *OFF):
        return None
    name = _name(place)
    words = in_words(name)
    against = sum(each in AGAINST for each in words) % 2 == 1
    said = tuple(each for each in words if each not in (*ASKING, *AGAINST))
    return Switch(name, said, (text in ON) != against, against)


def _name(place: str) -> str:
    """The end of the place, from the last name on that says more than whether it is on."""
    names = names_of(place)
    for i in range(len(names) - 1, 0, -1):
        if any(
            each not in (*ASKING, *AGAINST) and not each.isdigit() for each in in_words(names[i])
        ):
            return ".".join(names[i:])
    return place
