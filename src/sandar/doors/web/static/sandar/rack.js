/* Arrow keys between devices, and dragging them: the server's verdict first, then one sending of the page's own form. */
(function () {
  "use strict";
  const area = document.getElementById("rak-seret");
  if (!area) return;
  const SVG = "http://www.w3.org/2000/svg";
  const step = Number(area.dataset.step), edge = Number(area.dataset.edge);
  const figures = Array.from(area.querySelectorAll("figure"));
  // The racks that are shown, from the left: {name, total, numbering, move, hold}. One on a rack's own page.
  const racks = new Map(figures.map((one) => [one.dataset.rack, {
    name: one.dataset.rack, total: Number(one.dataset.half), numbering: one.dataset.numbering, move: one.dataset.move, hold: one.dataset.hold,
  }]));
  const rackOf = (node) => racks.get(node.closest("figure").dataset.rack);
  const said = document.getElementById("putusan");
  const dropForm = document.getElementById("letakkan");
  const holdForm = document.getElementById("form-tahan");
  const links = (figure) => Array.from(figure.querySelectorAll("svg.elev > a:not([aria-hidden])"));
  const boxOf = (link) => link.querySelector(".elev-box");
  let lifted = null; // {claim, version, rack, home, start, height, face, grab, data, by, verdict}
  let ghosts = [], timer = 0, busy = false, again = false, quiet = false;

  // --- where things are: half-units from the floor, as in the ledger
  const clamp = (start, height, total) => Math.max(0, Math.min(total - height, start));
  const printed = (start, rack) => 1 + (rack.numbering === "top" ? rack.total - 2 - start : start) / 2;
  const figure = (n) => n.toLocaleString(document.documentElement.lang || "id");
  function units(start, height, rack) {
    const ends = [printed(start, rack), printed(start + Math.max(height, 2) - 2, rack)].sort((a, b) => a - b);
    const text = ends[0] === ends[1] ? "U" + figure(ends[0]) : "U" + figure(ends[0]) + "–U" + figure(ends[1]);
    return racks.size > 1 ? rack.name + " " + text : text;
  }
  function halfAt(svg, event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return (edge + rackOf(svg).total * step - point.y) / step;
  }

  // --- what is said
  function say(text, tone) {
    if (!said) return;
    said.hidden = false;
    said.className = "verdict drag-verdict" + (tone ? " verdict-" + tone : "");
    said.textContent = text;
  }

  // --- the ghost
  function drawGhosts() {
    ghosts.forEach((ghost) => ghost.remove());
    ghosts = [];
    if (!lifted) return;
    const verdict = lifted.verdict;
    for (const one of figures) {
      if (one.dataset.rack !== lifted.rack.name || (lifted.face !== "full" && lifted.face !== one.dataset.face)) continue;
      const svg = one.querySelector("svg.elev");
      const cabinet = svg.querySelector(".elev-cabinet");
      const rect = document.createElementNS(SVG, "rect");
      const place = {
        x: Number(cabinet.getAttribute("x")) + 6, width: Number(cabinet.getAttribute("width")) - 12,
        y: edge + (lifted.rack.total - lifted.start - lifted.height) * step, height: lifted.height * step - 1, rx: 2,
        class: "elev-ghost" + (verdict ? (verdict.fits ? " is-yes" : " is-no") : ""),
      };
      for (const [name, value] of Object.entries(place)) rect.setAttribute(name, value);
      svg.append(rect);
      ghosts.push(rect);
    }
    if (ghosts.length && lifted.by === "keys" && racks.size > 1) ghosts[0].scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // --- the server's verdict
  function body() {
    const data = new FormData(lifted.claim ? dropForm : holdForm);
    const unit = String(1 + lifted.start / 2);
    if (!lifted.claim) {
      for (const [name, value] of Object.entries(lifted.data)) data.set(name, value);
      data.set("rack", lifted.rack.name);
      data.set("position_u", unit);
      data.delete("submission");
      data.delete("jajaran");
      return [area.dataset.holds, data];
    }
    const plan = new FormData();
    plan.set("csrfmiddlewaretoken", data.get("csrfmiddlewaretoken"));
    const move = { claim: lifted.claim, rack: lifted.rack.name, position_u: unit, version: lifted.version };
    for (const [name, value] of Object.entries(move)) plan.set("moves.0." + name, value);
    return [area.dataset.moves, plan];
  }

  function read(answer) {
    const verdict = answer.moves ? answer.moves[0] : answer;
    if (typeof verdict.fits !== "boolean") return { fits: false, text: problem(answer) };
    const why = verdict.fits ? (verdict.cons || []).concat(verdict.pros || []).map((one) => one.text) : [];
    return { fits: verdict.fits, text: verdict.fits ? [area.dataset.fits].concat(why.slice(0, 2)).join("; ") : problem(verdict.refusal || {}) };
  }
  const problem = (facts) => {
    const field = facts.fields || (facts.errors && facts.errors.fields) || {};
    const first = Object.values(field)[0];
    return (Array.isArray(first) ? first[0] : first) || facts.detail || facts.title || area.dataset.offline;
  };

  // One question at a time: what was asked meanwhile is asked once, for where the device is then.
  function ask() {
    clearTimeout(timer);
    lifted.verdict = null;
    drawGhosts();
    say(units(lifted.start, lifted.height, lifted.rack) + ": " + area.dataset.asking, "");
    timer = setTimeout(send, 90);
  }
  async function send() {
    if (busy) { again = true; return; }
    const mine = lifted;
    if (!mine) return;
    const start = mine.start, rack = mine.rack, [url, data] = body();
    let verdict;
    busy = true;
    try {
      const answer = await fetch(url, {
        method: "POST", body: new URLSearchParams(data), headers: { Accept: "application/json" }, credentials: "same-origin",
      });
      verdict = read(await answer.json());
    } catch {
      verdict = { fits: false, text: area.dataset.offline };
    }
    busy = false;
    if (lifted === mine && mine.start === start && mine.rack === rack) {
      mine.verdict = verdict;
      say(units(start, mine.height, rack) + ": " + verdict.text, verdict.fits ? "yes" : "no");
      drawGhosts();
      if (mine.dropped) finish(mine);
    }
    if (again) { again = false; send(); }
  }

  function lift(link, more) {
    const data = link.dataset;
    const rack = link.closest("figure") ? rackOf(link) : racks.values().next().value;
    lifted = data.claim
      ? { claim: data.claim, version: data.v, start: Number(data.s), height: Number(data.h), face: data.face, link, data: {} }
      : { start: 0, height: 2, face: "full", link, data: {} };
    Object.assign(lifted, more, { from: lifted.start, rack, home: rack });
    link.classList.add("is-lifted");
  }
  function moveTo(start, rack = lifted.rack) {
    start = clamp(start, lifted.height, rack.total);
    if (start === lifted.start && rack === lifted.rack && lifted.asked) return;
    lifted.start = start;
    lifted.rack = rack;
    lifted.asked = true;
    ask();
  }
  function put(text) {
    clearTimeout(timer);
    if (lifted) lifted.link.classList.remove("is-lifted");
    lifted = null;
    drawGhosts();
    if (text) say(text, "");
  }
  function drop() {
    const mine = lifted;
    if (!mine.asked || (mine.claim && mine.start === mine.from && mine.rack === mine.home)) put(area.dataset.cancelled);
    else if (mine.verdict) finish(mine);
    else mine.dropped = true; // the answer is under way
  }
  function finish(mine) {
    if (!mine.verdict.fits) { const text = said.textContent; put(""); say(text, "no"); return; }
    const unit = String(1 + mine.start / 2);
    if (mine.claim) {
      dropForm.action = mine.home.move.replace(/0$/, mine.claim);
      dropForm.elements.seen.value = mine.version;
      dropForm.elements.rack.value = mine.rack.name;
      dropForm.elements.position_u.value = unit;
      dropForm.requestSubmit();
    } else {
      for (const [name, value] of Object.entries(mine.data)) if (holdForm.elements[name]) holdForm.elements[name].value = value;
      holdForm.action = mine.rack.hold;
      holdForm.elements.rack.value = mine.rack.name;
      holdForm.elements.position_u.value = unit;
      holdForm.requestSubmit();
    }
    put("");
  }

  // The next figure that has devices: on a rack's page its other face, in a row the same face of the next rack.
  function neighbour(here, way) {
    const row = racks.size > 1 ? figures.filter((one) => one.dataset.face === here.dataset.face) : figures;
    for (let at = row.indexOf(here) + way; row[at]; at += way) if (links(row[at]).length) return row[at];
    return here;
  }

  // --- keys: without anything lifted they walk, with something lifted they carry
  area.addEventListener("keydown", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
    const up = event.key === "ArrowUp", down = event.key === "ArrowDown";
    const left = event.key === "ArrowLeft", right = event.key === "ArrowRight";
    if (lifted) {
      const row = Array.from(racks.values()), beside = row[row.indexOf(lifted.rack) + (left ? -1 : 1)];
      if (up || down) moveTo(lifted.start + (up ? 1 : -1) * (event.shiftKey ? 1 : 2));
      else if (left || right) { if (beside) moveTo(lifted.start, beside); }
      else if (event.key === "Enter" || event.key === " ") drop();
      else if (event.key === "Escape") put(area.dataset.cancelled);
      else return;
      event.preventDefault();
      return;
    }
    if (event.key === " " && link.dataset.claim && dropForm) {
      event.preventDefault();
      lift(link, { by: "keys" });
      drawGhosts();
      say(units(lifted.start, lifted.height, lifted.rack) + " " + area.dataset.lifted, "");
      return;
    }
    const here = link.closest("figure"), row = links(here), at = row.indexOf(link);
    let next = null;
    if (up) next = row[at - 1];
    if (down) next = row[at + 1];
    if (event.key === "Home") next = row[0];
    if (event.key === "End") next = row[row.length - 1];
    if (left || right) {
      const other = links(neighbour(here, left ? -1 : 1)), y = boxOf(link).y.baseVal.value;
      next = other.sort((a, b) => Math.abs(boxOf(a).y.baseVal.value - y) - Math.abs(boxOf(b).y.baseVal.value - y))[0];
    }
    if (next) { event.preventDefault(); next.focus(); }
  });
  area.addEventListener("focusout", () => { if (lifted && lifted.by === "keys") put(area.dataset.cancelled); });

  // --- the mouse; on touch a swipe stays a swipe, and the form does the moving
  if (!dropForm || !holdForm) return;
  document.querySelectorAll(".drag-help,.drag-chip-line").forEach((one) => { one.hidden = !matchMedia("(pointer: fine)").matches; });
  document.addEventListener("dragstart", (event) => { if (event.target.closest && event.target.closest("[data-claim],[data-drag]")) event.preventDefault(); });
  document.addEventListener("click", (event) => { if (quiet) { quiet = false; event.preventDefault(); event.stopPropagation(); } }, true);

  function begun(link, event) {
    if (link.dataset.claim) {
      lift(link, { by: "mouse" });
      lifted.grab = halfAt(link.closest("svg"), event) - lifted.start;
      return;
    }
    const given = Object.assign({}, link.dataset);
    delete given.drag;
    if (!given.height_u) for (const name of ["height_u", "face"]) given[name] = holdForm.elements[name].value;
    lift(link, { by: "mouse", data: given });
    lifted.height = Math.max(1, Math.round(Number(String(given.height_u).replace(",", ".")) * 2) || 2);
    lifted.face = given.face || "full";
    lifted.grab = lifted.height / 2;
  }
  document.addEventListener("pointerdown", (event) => {
    const link = event.target.closest && event.target.closest("[data-claim],[data-drag]");
    quiet = false;
    if (!link || event.button !== 0 || event.pointerType === "touch" || lifted) return;
    const from = { x: event.clientX, y: event.clientY };
    const moved = (now) => {
      if (!lifted) {
        if (Math.hypot(now.clientX - from.x, now.clientY - from.y) < 6) return;
        begun(link, event);
        document.documentElement.classList.add("is-dragging");
      }
      now.preventDefault();
      const under = document.elementFromPoint(now.clientX, now.clientY);
      const svg = under && area.contains(under) && under.closest("figure") && under.closest("figure").querySelector("svg.elev");
      lifted.over = Boolean(svg);
      if (!svg) return;
      const sides = area.getBoundingClientRect();
      if (area.scrollWidth > area.clientWidth) area.scrollLeft += now.clientX > sides.right - 48 ? 16 : now.clientX < sides.left + 48 ? -16 : 0;
      const exact = halfAt(svg, now) - lifted.grab;
      const fine = now.shiftKey || lifted.height % 2 || lifted.start % 2;
      moveTo(fine ? Math.round(exact) : Math.round(exact / 2) * 2, rackOf(svg));
    };
    const done = (now) => {
      document.removeEventListener("pointermove", moved);
      document.removeEventListener("pointerup", done);
      document.removeEventListener("pointercancel", done);
      document.removeEventListener("keydown", escaped);
      document.documentElement.classList.remove("is-dragging");
      if (!lifted) return;
      quiet = true;
      setTimeout(() => { quiet = false; }, 60);
      if (now && now.type === "pointerup" && lifted.over) drop();
      else put(area.dataset.cancelled);
    };
    const escaped = (key) => { if (key.key === "Escape") { put(area.dataset.cancelled); done(null); } };
    document.addEventListener("pointermove", moved);
    document.addEventListener("pointerup", done);
    document.addEventListener("pointercancel", done);
    document.addEventListener("keydown", escaped);
  });
})();
