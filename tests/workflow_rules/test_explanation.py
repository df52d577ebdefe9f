"""The account of a deadline, as an officer reads it."""

from tests.workflow_rules.office_calendars import BALANGAN, every_day, wita
from workflow_rules.time.deadlines import Allowance, Unit
from workflow_rules.time.explanation import SEGMENT_WORDS, SegmentKind
from workflow_rules.time.working_calendar import WorkingCalendar

CALENDAR = WorkingCalendar.from_dict(BALANGAN)
MINUTES, DAYS = Unit.WORKING_MINUTES, Unit.WORKING_DAYS


def lines_of(start, allowance, pauses=()):
    return [
        (f"{line.begins:%a %H:%M}", f"{line.ends:%a %H:%M}", line.words)
        for line in CALENDAR.explain(wita(start), allowance, pauses)
    ]


def test_the_arithmetic_of_minutes_names_every_reason():
    pause = (wita("2026-12-28 11:00"), wita("2026-12-28 11:30"))
    assert lines_of("2026-12-23 16:10", Allowance(270, MINUTES), [pause]) == [
        ("Wed 16:10", "Thu 00:00", "Di luar jam kerja"),
        ("Thu 00:00", "Fri 00:00", "Libur: Cuti bersama Natal"),
        ("Fri 00:00", "Sat 00:00", "Libur: Natal"),
        ("Sat 00:00", "Mon 00:00", "Akhir pekan atau hari tanpa jam kerja"),
        ("Mon 00:00", "Mon 07:30", "Di luar jam kerja"),
        ("Mon 07:30", "Mon 07:30", "Hitungan dimulai pada pembukaan jam kerja"),
        ("Mon 07:30", "Mon 11:00", "Jam kerja, dihitung 3 jam 30 menit"),
        ("Mon 11:00", "Mon 11:30", "Waktu dihentikan, 30 menit tidak dihitung"),
        ("Mon 11:30", "Mon 12:00", "Jam kerja, dihitung 30 menit"),
        ("Mon 12:00", "Mon 13:00", "Istirahat"),
        ("Mon 13:00", "Mon 13:30", "Jam kerja, dihitung 30 menit"),
        ("Mon 13:30", "Mon 13:30", "Batas waktu"),
    ]


def test_the_arithmetic_of_days_numbers_the_days_and_names_the_push():
    pause = (wita("2026-11-26 15:00"), wita("2026-11-30 08:00"))
    assert lines_of("2026-11-26 09:00", Allowance(3, DAYS), [pause]) == [
        ("Thu 09:00", "Fri 00:00", "Hari mulai, belum dihitung"),
        ("Fri 00:00", "Sat 00:00", "Hari kerja ke-1"),
        ("Sat 00:00", "Mon 00:00", "Akhir pekan atau hari tanpa jam kerja"),
        ("Mon 00:00", "Tue 00:00", "Hari kerja ke-2"),
        ("Tue 00:00", "Tue 09:00", "Hari kerja ke-3"),
        ("Thu 15:00", "Mon 08:00", "Waktu dihentikan, 9 jam tidak dihitung"),
        ("Wed 10:30", "Wed 10:30", "Batas waktu"),
    ]


def test_the_arithmetic_of_nothing_is_one_line():
    for unit in Unit:
        assert lines_of("2026-11-26 09:00", Allowance(0, unit)) == [("Thu 09:00", "Thu 09:00", "Batas waktu")]
    assert lines_of("2026-11-26 12:30", Allowance(0, DAYS))[0] == ("Thu 12:30", "Thu 13:00", "Istirahat")
    assert lines_of("2026-11-26 05:00", Allowance(0, DAYS))[0] == ("Thu 05:00", "Thu 07:30", "Di luar jam kerja")


def test_amounts_are_spoken_to_the_second():
    pause = (wita("2026-11-26 09:00:30"), wita("2026-11-26 09:00:45"))
    words = [line.words for line in CALENDAR.explain(wita("2026-11-26 08:00"), Allowance(61, MINUTES), [pause])]
    assert words[:2] == ["Jam kerja, dihitung 1 jam 30 detik", "Waktu dihentikan, 15 detik tidak dihitung"]


def test_a_day_that_opens_at_midnight_is_numbered_too():
    calendar = WorkingCalendar.from_dict(every_day([["00:00", "24:00"]]))
    lines = calendar.explain(wita("2026-11-26 00:00"), Allowance(2, DAYS))
    assert [line.words for line in lines[1:]] == ["Hari kerja ke-1", "Hari kerja ke-2", "Batas waktu"]
    assert lines[-1].ends == wita("2026-11-28 00:00")


def test_every_kind_of_line_has_words():
    assert set(SEGMENT_WORDS) == set(SegmentKind)
