// What every page needs of scripts: toasts, live regions, focus after a swap,
// dialogs, menus, times that stay fresh, and a warning before words are lost.
// All of it only adds to pages that work without.
const kit = {};
{
  const $ = (q, root = document) => root.querySelector(q);
  const all = (q, root = document) => root.querySelectorAll(q);
  const on = (type, fn, target = document) => target.addEventListener(type, fn);
  const near = (e, q) => e.target instanceof Element && e.target.closest(q);
  const words = $("#kit").dataset;
  const make = (tag, props, ...inside) => {
    const el = Object.assign(document.createElement(tag), props);
    el.append(...inside);
    return el;
  };
  kit.make = make;
  kit.words = words;

  // Toasts and live regions.
  kit.say = (text, kind) => {
    const region = $(kind === "error" ? "#assertive" : "#polite");
    region.textContent = "";
    setTimeout(() => (region.textContent = text), 50);
  };
  const list = $("#toasts");
  kit.toast = ({ kind = "ok", text, undo, show, more, ttl }) => {
    const close = make("button", { type: "button", textContent: "×", ariaLabel: words.close });
    const item = make("div", { className: "toast " + kind }, make("span", { textContent: text }));
    if (undo) {
      const form = make("form", { method: "post", action: undo });
      form.append(make("button", { textContent: words.undo }));
      item.append(form);
    }
    if (show) item.append(make("a", { href: show, textContent: more }));
    item.append(close);
    let timer;
    const stop = () => clearTimeout(timer);
    const start = () => (timer = setTimeout(() => item.remove(), 1000 * (ttl || (undo || show ? 10 : 5))));
    close.onclick = () => item.remove();
    item.onmouseenter = item.onfocusin = stop;
    item.onmouseleave = item.onfocusout = () => kind !== "error" && start();
    list.append(item);
    if (list.children.length > 3) list.firstChild.remove();
    if (kind !== "error") start();
    kit.say(text, kind);
  };
  on("toast", (e) => kit.toast(e.detail));
  on("dialog:close", () => $("#dialog").close());
  on("announce", (e) => kit.say(e.detail.value || e.detail));
  const flash = $(".flash:not(.error)");
  if (flash) kit.toast({ kind: flash.dataset.flash, text: $("p", flash).textContent, undo: $("form", flash)?.action, show: $("a", flash)?.href, more: $("a", flash)?.textContent });
  on("offline", () => kit.toast({ kind: "error", text: words.offline }), window);

  // Focus: what asks for it, after load and after a swap.
  const settle = () => {
    const el = $("[data-focus]");
    if (!el) return;
    el.removeAttribute("data-focus");
    el.focus();
  };
  settle();

  // Times grow old. The patterns come with the page; the server's clock counts.
  const skew = words.now - Date.now();
  const forms = JSON.parse(words.times);
  const plural = new Intl.PluralRules(document.documentElement.lang);
  const order = { one: 0, two: 1, few: 2, many: 3, other: 4 };
  const sizes = [[60, 60, 1], [3600, 24, 2], [86400, 14, 3]];
  setInterval(() => {
    for (const el of all("time[data-ago]")) {
      const age = (Date.now() + skew - Date.parse(el.dateTime)) / 1000;
      const unit = sizes.findIndex(([s, max]) => age >= s && age < s * max);
      if (unit < 0) continue;
      const n = Math.floor(age / sizes[unit][0]);
      const row = forms[unit + (el.dataset.ago ? 3 : 0)];
      el.textContent = row[order[plural.select(n)] ?? 4].replace(/\d+/, n);
    }
  }, 30000);

  // On small screens the groups below the conversation begin folded.
  if (matchMedia("(max-width: 64rem)").matches) for (const el of all("[data-group]")) el.open = false;

  // Words that were typed and not sent.
  const dirty = new Set();
  kit.clean = (form) => {
    dirty.delete(form);
    form.classList.remove("dirty");
  };
  on("input", (e) => {
    const form = near(e, "[data-guard]");
    if (!form) return;
    dirty.add(form);
    form.classList.add("dirty");
  });
  on("submit", (e) => {
    const form = e.target;
    setTimeout(() => {
      const button = e.submitter || $("[type=submit]", form);
      if (form.hasAttribute("hx-post") || form.method === "dialog" || form.method === "get") return;
      if (!e.defaultPrevented) {
        kit.clean(form);
        button?.setAttribute("aria-busy", "true");
      }
    });
  });
  on("pageshow", () => all("[aria-busy=true]").forEach((el) => el.removeAttribute("aria-busy")), window);
  on("beforeunload", (e) => [...dirty].some((f) => f.isConnected) && e.preventDefault(), window);

  // Clicks.
  on("click", (e) => {
    for (const menu of all("[data-menu][open]")) if (!menu.contains(e.target)) menu.open = false;
    let el;
    if ((el = near(e, "[data-dialog]"))) {
      e.preventDefault();
      const d = document.getElementById(el.dataset.dialog);
      d.showModal();
      ($("[autofocus], .in", d) || d).focus();
    } else if ((el = near(e, "[data-copy]"))) {
      navigator.clipboard?.writeText(el.dataset.copy).then(() => kit.toast({ text: words.copied }));
    } else if ((el = near(e, "[data-reveal]"))) {
      const field = document.getElementById(el.dataset.reveal);
      const shown = field.type === "password";
      field.type = shown ? "text" : "password";
      el.ariaPressed = shown;
      el.textContent = shown ? el.dataset.on : el.dataset.off;
    } else if ((el = near(e, "[data-theme-set]"))) {
      e.preventDefault();
      document.documentElement.dataset.theme = el.value;
      for (const b of all("[data-theme-set]")) b.ariaPressed = b.value === el.value;
      fetch(el.form.action, { method: "POST", body: new URLSearchParams({ theme: el.value, next: "" }), redirect: "manual" });
    } else if (e.target.matches("dialog") && !$(".dirty", e.target)) {
      e.target.close();
    } else if ((el = near(e, "[data-rows] tbody tr")) && !near(e, "a, button, input, label, select, summary")) {
      if (!getSelection().isCollapsed) return;
      const link = $("a", el);
      if (e.ctrlKey || e.metaKey) window.open(link.href);
      else link.click();
    }
  });
  for (const b of all("[data-reveal]")) b.hidden = false;
  on("change", (e) => near(e, "[data-autosubmit]") && e.target.form.requestSubmit());

  // Keys: Escape leaves menus and the drawer, arrows walk a menu.
  on("keydown", (e) => {
    const menu = near(e, "[data-menu][open]");
    if (e.key === "F6" && list.firstChild) list.focus();
    else if (e.key === "Escape" && menu) {
      menu.open = false;
      $("summary", menu).focus();
    } else if (e.key === "Escape" && location.hash === "#side") location.hash = "main";
    else if (menu && /^Arrow(Up|Down)$/.test(e.key) && !e.target.matches("select, input:not([data-find])")) {
      const items = [...all("summary, a, button, [data-find]", menu)].filter((el) => el.getClientRects().length);
      const next = items[items.indexOf(document.activeElement) + (e.key === "ArrowDown" ? 1 : -1)];
      e.preventDefault();
      next?.focus();
    }
  });

  // What HTMX does, made visible.
  let busy = 0;
  const wait = (n) => document.body.classList.toggle("busy", (busy += n) > 0);
  const mark = (e, waits) => {
    const el = e.detail.requestConfig?.triggeringEvent?.submitter || e.detail.elt;
    if (waits) el.setAttribute("aria-busy", "true");
    else el.removeAttribute("aria-busy");
  };
  on("htmx:beforeSend", (e) => (wait(1), mark(e, true)));
  on("htmx:afterRequest", (e) => {
    wait(-1);
    mark(e, false);
    const form = e.detail.requestConfig.elt; // not what stands for it when it was swapped out
    if (!e.detail.successful || !form.matches("form")) return;
    kit.clean(form);
    if (!form.matches("[data-composer]")) form.reset(); // to what has come back
    form.closest("details:not([data-group])")?.removeAttribute("open");
    // The next sending is another one.
    for (const field of all("[name=op], [name=slot]", form)) field.value = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  });
  on("htmx:afterSettle", (e) => {
    settle();
    if (e.target.id === "dialog" && !e.target.open && e.target.firstElementChild) e.target.showModal();
    if (e.target.id === "dialog" && !kit.combo && words.editor) document.head.append(make("script", { src: words.editor })), delete words.editor;
  });
  for (const type of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    on(type, (e) => !(e.detail.xhr?.status < 500 && e.detail.xhr?.status) && kit.toast({ kind: "error", text: words.failed }));
  }
  // A change from elsewhere leaves alone what somebody is typing, and open what
  // they have opened.
  if (window.Idiomorph) {
    const d = Idiomorph.defaults;
    Object.defineProperty(d, "ignoreActiveValue", { enumerable: true, get: () => !!document.activeElement?.matches("input, textarea") });
    d.callbacks.beforeAttributeUpdated = (name) => name !== "open";
  }
}
