/* Comfort only: every act works without this file. No eval, no inline handlers, no styles written by script. */
(function () {
  "use strict";
  // Trusted Types: htmx swaps HTML of ours; making scripts or their addresses from text stays forbidden.
  if (window.trustedTypes) window.trustedTypes.createPolicy("default", { createHTML: (html) => html });
  const body = document.body;
  const said = (name) => body.dataset[name] || "";

  // --- the region above the content that says what happened
  function tell(text, tone) {
    const region = document.getElementById("pesan");
    if (!region || !text) return;
    const box = document.createElement("div");
    box.className = "notice notice-" + tone;
    const p = document.createElement("p");
    p.textContent = text;
    box.append(p);
    region.replaceChildren(box);
    region.scrollIntoView({ block: "nearest" });
  }

  // --- drafts: what was typed stays until a page without a refusal follows the sending
  const SKIP = new Set(["hidden", "password", "file", "submit", "button"]);
  const kept = (form) => "draft:" + location.pathname + ":" + form.dataset.draft;
  const store = {
    get(key) { try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; } },
    set(key, value) { try { sessionStorage.setItem(key, JSON.stringify(value)); } catch { /* full or forbidden */ } },
    drop(key) { try { sessionStorage.removeItem(key); } catch { /* forbidden */ } },
    keys() { try { return Object.keys(sessionStorage).filter((key) => key.startsWith("draft:")); } catch { return []; } },
  };
  const inputs = (form) => Array.from(form.elements).filter((e) => e.name && !SKIP.has(e.type) && e.autocomplete !== "one-time-code");
  const typed = (form) => inputs(form).map((e) => [e.name, e.type === "checkbox" || e.type === "radio" ? e.value : "", e.type === "checkbox" || e.type === "radio" ? e.checked : e.value]);

  function restore(form) {
    const draft = store.get(kept(form));
    if (!draft || form.querySelector(".has-error")) return;
    let changed = false;
    const left = draft.fields.slice();
    for (const e of inputs(form)) {
      const at = left.findIndex(([name, value]) => name === e.name && (value === "" || value === e.value));
      if (at < 0) continue;
      const [, , was] = left.splice(at, 1)[0];
      if (e.type === "checkbox" || e.type === "radio") {
        if (e.checked !== was) { e.checked = was; changed = true; }
      } else if (e.value !== was) { e.value = was; changed = true; }
    }
    if (changed) { form.dataset.dirty = "1"; tell(said("restored"), "info"); }
  }

  function settleDrafts() {
    for (const key of store.keys()) {
      const draft = store.get(key);
      if (!draft || !draft.sent) continue;
      if (said("refusal")) store.set(key, { fields: draft.fields });
      else store.drop(key);
    }
  }

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form) return;
    form.dataset.dirty = "1";
    if (form.dataset.draft) store.set(kept(form), { fields: typed(form) });
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.submitter && event.submitter.formTarget === "_blank") return; // a preview: this page stays as it is
    if (form.dataset.draft) store.set(kept(form), { fields: typed(form), sent: true });
    delete form.dataset.dirty;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    // A second click sends nothing; the button comes back when the browser returns to this page.
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 5000);
  });

  window.addEventListener("pageshow", () => { document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; }); });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-guard][data-dirty]")) { event.preventDefault(); event.returnValue = said("leave"); }
  });

  // --- copy buttons, the menu of a phone
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        const word = button.querySelector("span");
        const before = word.textContent;
        word.textContent = said("copied");
        setTimeout(() => { word.textContent = before; }, 2000);
      } catch { /* the text can be marked by hand */ }
      return;
    }
    if (event.target.closest("[data-menu]")) {
      event.preventDefault();
      body.classList.toggle("menu-open");
    }
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") body.classList.remove("menu-open"); });

  // --- htmx: answers of ours are swapped, a stranger's error page (a proxy's) is not
  document.addEventListener("htmx:beforeSwap", (event) => {
    const xhr = event.detail.xhr;
    if (xhr.status >= 400 && xhr.status !== 422 && !xhr.getResponseHeader("HX-Retarget")) {
      event.detail.shouldSwap = false;
      tell(said("offline"), "late");
    }
  });
  document.addEventListener("htmx:sendError", () => tell(said("offline"), "late"));
  document.addEventListener("htmx:timeout", () => tell(said("offline"), "late"));

  // --- passkeys: allauth's script reports here what the browser refused
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const place = document.querySelector("[data-passkey-error]");
    tell(place ? place.dataset.passkeyError : said("offline"), "attention");
  });

  settleDrafts();
  document.querySelectorAll("form[data-draft]").forEach(restore);
  document.querySelectorAll("[data-copy]").forEach((button) => { if (navigator.clipboard) button.hidden = false; });
  const wrong = document.getElementById("galat");
  if (wrong) wrong.focus();
})();
