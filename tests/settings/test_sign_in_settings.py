"""How officers sign in, as the environment says it; what cannot be understood stops the start with its reason."""

from pathlib import Path

import pytest

import config
from app.settings.environment import ConfigurationError

PROVIDER = {"OIDC_ISSUER": "https://sso.example/realm", "OIDC_CLIENT_ID": "lapor", "OIDC_CLIENT_SECRET": "x"}


def settings(home: Path, **environ: str) -> dict[str, object]:
    return config.settings({"LAPOR_HOME": str(home), **environ})


def test_the_rules_of_bssn_hold_and_nobody_else_signs_officers_in_unless_it_is_said(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert (found["PASSWORD_RULES"], found["PASSWORD_LINK_HOURS"]) == ("bssn", 24)
    assert (found["OIDC_ISSUER"], found["OIDC_ONLY"]) == (None, False)


def test_a_provider_is_taken_as_it_is_written(tmp_path: Path) -> None:
    found = settings(tmp_path, **PROVIDER, OIDC_ONLY="ON", OIDC_LINK_BY="username", PASSWORD_RULES="NIST")
    names = ("OIDC_ISSUER", "OIDC_LABEL", "OIDC_USERNAME_CLAIM", "OIDC_LINK_BY", "OIDC_ONLY", "PASSWORD_RULES")
    assert [found[name] for name in names] == [
        *("https://sso.example/realm", "SSO", "preferred_username", "username", True, "nist"),
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"PASSWORD_RULES": "none"}, "PASSWORD_RULES is 'none', not one of bssn, nist"),
        ({"PASSWORD_LINK_HOURS": "0"}, "PASSWORD_LINK_HOURS is '0'"),
        ({"PASSWORD_LINK_HOURS": "169"}, "PASSWORD_LINK_HOURS is '169'"),
        (
            {"OIDC_ISSUER": "https://sso.example"},
            "Single sign-on needs OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET",
        ),
        ({**PROVIDER, "OIDC_ISSUER": "sso.example"}, "OIDC_ISSUER is not an https:// address"),
        ({**PROVIDER, "OIDC_ISSUER": "https://u:p@sso.example"}, "OIDC_ISSUER is not an https:// address"),
        ({**PROVIDER, "OIDC_ISSUER": "https://sso.example/?a=1"}, "OIDC_ISSUER is not an https:// address"),
        ({**PROVIDER, "OIDC_LINK_BY": "nip"}, "OIDC_LINK_BY is 'nip'"),
        ({"OIDC_ONLY": "on"}, "OIDC_ONLY is on, but there is no OIDC_ISSUER"),
    ],
)
def test_what_cannot_be_understood_is_named(change: dict[str, str], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        settings(tmp_path, **change)
