"""How a call's body is described in the OpenAPI text; the handlers read it themselves (reading.py)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

bodies: dict[str, type[BaseModel]] = {}


def takes(shape: type[BaseModel]) -> dict[str, Any]:
    """`openapi_extra` of a call with a JSON body of this shape. Its name is its own in the whole text."""
    if bodies.setdefault(shape.__name__, shape) is not shape:
        raise TypeError(f"two shapes are called {shape.__name__}")
    schema = {"$ref": f"#/components/schemas/{shape.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
