"""The JSON Schema of scenarios and fleet files, for editors.

Editors read YAML by its own rules, where 00000002 is a number and `yes` a text; here both are text until a key says
what they are. So the schema takes numbers where text is meant, and yes and no where it is true or false.
"""

import json

from smets.scenarios.model import ScenarioModel

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NOT_SHOWN = ("title", "default")

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def schema_text() -> str:
    """As it is published."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def json_schema() -> dict[str, Json]:
    """Of a file."""
    schema = _as_yaml_is_read(ScenarioModel.model_json_schema())
    assert isinstance(schema, dict)
    return {"$schema": DIALECT, "title": "Scenario, or fleet file, of smets", **schema}


def _as_yaml_is_read(found: Json) -> Json:
    if isinstance(found, list):
        return [_as_yaml_is_read(row) for row in found]
    if not isinstance(found, dict):
        return found
    kept = {name: _as_yaml_is_read(row) for name, row in found.items() if not _is_left_out(name, row)}
    if kept.get("type") == "string" and not {"enum", "const"} & kept.keys():
        kept["type"] = ["string", "number"]
    if kept.get("type") == "boolean":
        del kept["type"]
        kept["enum"] = [True, False, "yes", "no"]
    return kept


def _is_left_out(name: str, row: Json) -> bool:
    """What pydantic made of names, and defaults in the form that models keep; a key of that name stays."""
    return name in _NOT_SHOWN and not isinstance(row, dict)
