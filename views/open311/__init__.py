"""The Open311 API (GeoReport v2)."""
