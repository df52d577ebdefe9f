"""The zone of the office of the tests (Kabupaten Balangan), for moments that are written where no app runs."""

from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("Asia/Makassar")
