"""What a template marks as safe is markup."""

import pytest
from flask import Flask, render_template_string
from markupsafe import Markup


@pytest.mark.parametrize("value", ["Jalan rusak", "&lt;b&gt;", 7, "a < b"])
def test_text_is_never_marked_as_safe(context: Flask, value: object) -> None:
    with pytest.raises(AssertionError, match="marked as safe"):
        render_template_string("{{ value|safe }}", value=value)


@pytest.mark.parametrize("value", ["", '<div class="x">a</div>', ' aria-invalid="true"', Markup("7 &amp; 8")])
def test_markup_may_be(context: Flask, value: object) -> None:
    assert render_template_string("{{ value|safe }}", value=value) == value
