"""The BPMN export opened in bpmn.io's own library (bpmn-js), in a real Chromium: no warning, and drawn whole.

BPMN_PICTURES=DIR keeps a picture of each, to be looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import Browser, Page

from sandar.sop import definition
from sandar.sop.bpmn import bpmn
from tests.e2e import actors
from tests.sop.test_bpmn_runs import TEXTS

pytestmark = pytest.mark.browser

MODULES = Path(__file__).resolve().parents[2] / "node_modules" / "bpmn-js" / "dist"
NAMESPACE = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "di": "http://www.omg.org/spec/BPMN/20100524/DI",
}
IMPORT = """async xml => {
  document.body.innerHTML = '<div id="canvas" style="width:2400px;height:1400px"></div>'
  const viewer = new BpmnJS({container: '#canvas'})
  const told = {warnings: [], error: ''}
  try {
    const found = await viewer.importXML(xml)
    told.warnings = found.warnings.map(one => one.message)
  } catch (fault) { told.error = fault.message; return told }
  viewer.get('canvas').zoom('fit-viewport')
  const shapes = viewer.get('elementRegistry').getAll()
  const root = viewer.get('canvas').getRootElement()
  told.drawn = shapes.filter(one => one !== root && one.type !== 'label').map(one => one.id)
  told.lost = shapes.filter(one => one !== root && !viewer.get('elementRegistry').getGraphics(one)).map(one => one.id)
  const tasks = shapes.filter(one => /Task|Gateway|Event$/.test(one.type) && one.type !== 'label')
  const over = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
  told.covered = tasks.flatMap((a, n) => tasks.slice(n + 1).filter(b => over(a, b)).map(b => a.id + '+' + b.id))
  const names = shapes.filter(one => one.type === 'label')
  told.names = names.length
  const pairs = names.flatMap((a, n) => [...names.slice(n + 1), ...tasks].map(b => [a, b]))
  told.blurred = pairs.filter(([a, b]) => over(a, b)).map(([a, b]) => a.id + '+' + b.id)
  return told
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with actors.chromium() as running:
        yield prepared(running)


def prepared(running: Browser) -> Page:
    page = running.new_page(viewport={"width": 2400, "height": 1400})
    page.set_content("<!doctype html><title>bpmn.io</title><body></body>")
    for style in ("diagram-js.css", "bpmn-js.css"):
        page.add_style_tag(path=MODULES / "assets" / style)
    page.add_script_tag(path=MODULES / "bpmn-viewer.production.min.js")
    return page


def opened(page: Page, xml: str) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(IMPORT, xml)
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_every_definition_opens_without_a_warning_and_is_drawn_whole(page: Page, name: str) -> None:
    xml = bpmn(definition.loads(TEXTS[name]))
    found = opened(page, xml)
    assert (found["error"], found["warnings"]) == ("", [])
    root = etree.fromstring(xml.encode())
    process = root.find("bpmn:process", NAMESPACE)
    kinds = ("userTask", "task", "serviceTask", "exclusiveGateway", "startEvent", "endEvent", "sequenceFlow")
    named = {
        one.get("id")
        for one in process.iter()
        if isinstance(one.tag, str) and etree.QName(one).localname in kinds
    }
    assert len(named) > 40
    assert named - set(found["drawn"]) == set(), "not drawn"
    assert (found["lost"], found["covered"], found["blurred"]) == ([], [], [])
    assert found["names"] > 15
    if folder := os.environ.get("BPMN_PICTURES"):
        page.screenshot(path=Path(folder) / f"bpmn-{name}.png")


def test_an_export_that_leaves_the_names_to_the_reader_is_noticed(page: Page) -> None:
    root = etree.fromstring(bpmn(definition.bundled()).encode())
    for label in root.findall(".//di:BPMNLabel", NAMESPACE):
        label.getparent().remove(label)
    assert opened(page, etree.tostring(root, encoding="unicode"))["blurred"]


def test_a_broken_export_is_noticed(page: Page) -> None:
    xml = bpmn(definition.bundled())
    broken = xml.replace("sourceRef=", 'sourceRef="antah" was=', 1)
    assert opened(page, broken)["warnings"]
    assert opened(page, xml[: len(xml) // 2])["error"]
