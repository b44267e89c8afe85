// Keys of the workspace. The page says which key does what (data-keys), and
// elements say what they are for (data-key) or are found by what they are.
// Keys without a modifier only count outside of fields, never with Alt, and
// never while a word is being composed.
if (kit.words.keys) {
  const keys = new Map();
  const where = document.querySelector("#composer, #ticket-head") ? "ticket" : "list";
  for (const [action, key, place] of JSON.parse(kit.words.keys)) {
    if (key && (place === "all" || place === "both" || place === where)) keys.set(key, action);
  }
  const $ = (q, root = document) => root.querySelector(q);
  const seen = (el) => el && el.getClientRects().length > 0;
  const spots = {
    search: "#search-q", new: ".rail-new a, a[href$='tickets/create/']", back: ".bar .back", reply: "[data-mode=reply]", note: "[data-mode=note]",
    assign: "#p-assignee", status: "#p-status", priority: "#p-priority", tags: "#p-tags", follow: "form[action$='/follow/'] button",
    resolve: "#ticket-actions .primary", fresh: "#queue-news a", snooze: "[data-key=snooze]",
  };
  const find = (action) => [...document.querySelectorAll(`[data-key~="${action}"]` + (spots[action] ? "," + spots[action] : ""))].find(seen);
  const press = (el) => {
    const menu = el.closest("details[data-menu], details.menu");
    if (el.matches("summary") || (menu && el === menu)) {
      const d = el.closest("details");
      d.open = true;
      ($("input:not([type=hidden]), select, button, a", d.querySelector(":scope > :not(summary)")) || el).focus();
    } else {
      el.focus();
      if (!el.matches("input, select, textarea")) el.click();
    }
  };
  const base = kit.words.base;
  const places = { go_home: "agent/", go_tickets: "agent/tickets/", go_unassigned: "agent/tickets/?assignee=none", go_mine: "agent/tickets/?assignee=me", go_next: "agent/next/", go_notices: "agent/notifications/" };
  const post = (path, fields = {}) => {
    const form = kit.make("form", { method: "post", action: base + path });
    for (const name in fields) form.append(kit.make("input", { type: "hidden", name, value: fields[name] }));
    document.body.append(form);
    form.submit();
  };

  // The cursor of a list is the focus itself, so that screen readers follow.
  const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")].filter(seen);
  const items = () => (where === "ticket" ? [...document.querySelectorAll("#thread [data-message]")] : rows());
  const here = () => items().findIndex((r) => (row && document.activeElement === document.body ? r.id === row : r.contains(document.activeElement)));
  let anchor;
  const step = (n) => {
    const list = items();
    if (!list.length) return;
    const at = here();
    const row = list[Math.max(0, Math.min(list.length - 1, at < 0 ? (n > 0 ? 0 : list.length - 1) : at + n))];
    const to = where === "ticket" ? row : $("a", row);
    if (to === row) to.tabIndex = -1;
    to.focus();
    to.scrollIntoView({ block: "nearest" });
  };
  const pick = (row) => row && $("input[type=checkbox]", row);
  const doings = {
    down: () => step(1), up: () => step(-1), next_message: () => step(1), previous_message: () => step(-1),
    open: () => $("a", items()[here()] || document.createElement("p"))?.click(),
    select: () => ((anchor = here()), pick(rows()[anchor])?.click()),
    range: () => {
      const list = rows();
      const to = here();
      const from = anchor ?? to;
      for (let i = Math.min(from, to); i <= Math.max(from, to); i++) if (pick(list[i]) && !pick(list[i]).checked) pick(list[i]).click();
    },
    peek: () => {
      const row = rows()[here()];
      if (row) show("tickets/" + row.dataset.ticket + "/peek/");
    },
    undo: () => post("agent/undo/last/"),
    side: () => fold("side"), panel: () => fold("panel"),
    palette: () => show("palette/" + (where === "ticket" ? "?ticket=" + $("#ticket-head").dataset.ticket : "")),
    help: () => show("shortcuts/"),
  };
  const show = (path) => htmx.ajax("GET", base + "agent/" + path, "#dialog");
  const fold = (name) => {
    const off = document.body.classList.toggle("no-" + name);
    fetch(base + "agent/preferences/", { method: "POST", body: new URLSearchParams({ ["hide_" + name]: off ? 1 : 0 }), redirect: "manual" });
  };
  const bulk = ["assign", "status", "priority", "tags", "snooze", "macro", "resolve", "follow"];

  // The focus outlives what it was on: a row that was replaced, a menu that went
  // away with the choice of rows.
  let last, row, at, home;
  document.addEventListener("focusin", ({ target: el }) => {
    last = el;
    const r = el.closest("[data-rows] tbody tr");
    if (r) (row = r.id), (at = rows().indexOf(r));
    home = el.closest("#ticket-actions, #ticket-head, #thread, #composer, #panel, #list")?.id || home;
  });
  const keep = () =>
    setTimeout(() => {
      if (!last || document.activeElement !== document.body || last.checkVisibility()) return;
      const list = rows();
      const near = document.getElementById(row) || list[Math.min(at, list.length - 1)];
      const part = document.getElementById(home);
      [document.getElementById(last.id), $("summary", last.closest("details") || last), near && $("a", near), ...(part ? part.querySelectorAll("a, button, summary, input, select, textarea") : [])].find((el) => el?.checkVisibility())?.focus();
    }, 50);
  for (const type of ["focusout", "reset", "htmx:afterSettle"]) document.addEventListener(type, keep);

  let lead = "";
  let timer;
  document.addEventListener("keydown", (e) => {
    if (e.isComposing || e.defaultPrevented || e.altKey) return;
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k" && !e.shiftKey) {
      e.preventDefault();
      doings.palette();
      return;
    }
    if (e.ctrlKey || e.metaKey || "keysOff" in kit.words) return;
    const el = document.activeElement;
    if (el.isContentEditable || $("dialog[open]") || el.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])")) return;
    let key = e.key === " " ? "Space" : e.key;
    if (key === "Space" && (where === "ticket" || el.matches("button, summary, input, a.btn"))) return;
    if (lead) key = lead + " " + key;
    lead = "";
    clearTimeout(timer);
    if (key === "g") {
      lead = "g";
      timer = setTimeout(() => (lead = ""), 1500);
      return;
    }
    const action = keys.get(key);
    if (!action) return;
    if (doings[action]) {
      e.preventDefault();
      doings[action]();
      return;
    }
    // In a list, what has no selection works on the row under the cursor.
    if (where === "list" && bulk.includes(action) && !$("[data-rows] tbody input:checked")) pick(rows()[here()])?.click();
    const spot = find(action);
    if (spot) {
      e.preventDefault();
      press(spot);
    } else if (places[action]) {
      e.preventDefault();
      location.href = base + places[action];
    } else if (action === "search") {
      e.preventDefault();
      doings.palette();
    }
  });

  // Controls tell their key.
  if (!("keysOff" in kit.words)) {
    for (const [key, action] of keys) {
      const spot = key.length === 1 && find(action);
      if (!spot) continue;
      spot.setAttribute("aria-keyshortcuts", key);
      if (!spot.matches("input, select")) spot.title = (spot.title || spot.textContent.trim()) + " (" + key + ")";
    }
  }
}
