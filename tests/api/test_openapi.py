"""The description of the API: complete, valid, true to its own examples, and readable."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from views.api.http.contract import routes_of
from views.api.openapi import undeclared


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/_openapi").get_json()
    return found


def test_every_route_of_the_api_is_declared(session_app: Flask) -> None:
    assert undeclared(session_app) == []


def test_every_route_stands_in_the_document(session_app: Flask, document: dict[str, Any]) -> None:
    there = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in session_app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.rule != "/api/v1/menu/"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, methods in document["paths"].items() for method in methods} == there
    ids = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert len(set(ids)) == len(ids) >= 50


def test_who_is_let_in_is_said(session_app: Flask, document: dict[str, Any]) -> None:
    open_ones = {path for path, methods in document["paths"].items() for op in methods.values() if not op["security"]}
    assert open_ones == {"/api/v1/_openapi", "/api/v1/docs", "/api/v1/security/login"}
    assert document["paths"]["/api/v1/sp4n/reports/{tracking_id}"]["put"]["security"] == [{"key": ["sp4n"]}]
    assert document["paths"]["/api/v1/agency/"]["get"]["security"] == [{"officer": []}, {"key": ["read"]}]
    assert document["paths"]["/api/v1/agency/"]["post"]["security"] == [{"officer": []}]
    assert all(route.access is not None for route in routes_of(session_app) if "/complaint/" in route.rule)


def checker(schema: dict[str, Any], document: dict[str, Any]) -> Draft202012Validator:
    """A validator that finds the document's named schemas."""
    whole = Resource.from_contents(document, default_specification=DRAFT202012)
    registry: Any = Registry().with_resource("urn:api", whole)
    there = json.loads(json.dumps(schema).replace('"#/components', '"urn:api#/components'))
    return Draft202012Validator(there, registry=registry)


def shown(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Every example with its schema and where it stands."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for part in (operation.get("requestBody", {}), *operation["responses"].values()):
                for content in part.get("content", {}).values():
                    named = [example["value"] for example in content.get("examples", {}).values()]
                    for example in [content["example"], *named] if "example" in content else named:
                        yield f"{method} {path}", content["schema"], example


def test_every_example_is_true_to_its_schema(document: dict[str, Any]) -> None:
    examples = list(shown(document))
    faults = [
        (where, fault.message)
        for where, schema, example in examples
        for fault in checker(schema, document).iter_errors(example)
    ]
    assert faults == []
    assert len(examples) > 200


def test_every_problem_has_its_sentence_and_every_schema_is_one(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert schema, name
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if status >= "400":
                    assert re.fullmatch(r"(\w+: [^:;]+.*?)(; \w+: .+)*", answer["description"]), answer["description"]
                    assert "application/problem+json" in answer["content"]


def test_the_document_is_made_once_and_in_the_readers_language(client: FlaskClient) -> None:
    first, second = client.get("/api/v1/_openapi"), client.get("/api/v1/_openapi")
    assert first.get_data() == second.get_data()
    assert first.get_json()["paths"]["/api/v1/holiday/"]["get"]["summary"].startswith("Daftar: ")


def test_the_page_for_people_shows_and_searches_every_operation(client: FlaskClient, document: dict[str, Any]) -> None:
    page = client.get("/api/v1/docs")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    for path in document["paths"]:
        assert f"<code>{path}</code>" in page.text
    assert "curl -X POST" in page.text
    for foreign in ("<script>", "style=", "https://cdn", "onclick"):
        assert foreign not in page.text
    found = client.get("/api/v1/docs?q=HOLIDAY+dry_run").text
    assert "/api/v1/holiday/" in found
    assert "<code>/api/v1/agency/</code>" not in found
    assert "Tidak ada alamat yang cocok" in client.get("/api/v1/docs?q=%3Cb%3Ezzz").text
