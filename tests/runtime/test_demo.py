"""`make stream-demo` shows what it says it shows."""

import re

from tests.runtime import demo


def test_shows_every_piece_and_the_end_of_a_stream_whose_caller_has_left(capsys):
    demo.show(pause_s=0.02)
    printed = capsys.readouterr().out
    pieces = re.findall(r"\d s  '( ?[^']+)'", printed)
    assert pieces == [demo.WORDS[0], *(f" {word}" for word in demo.WORDS[1:])]
    assert f"Shown: {len(demo.WORDS)} pieces of text" in printed
    assert "Shown: the caller hangs up" in printed
    assert " 0 are still reserved" in printed
