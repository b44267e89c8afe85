// Drafts: what is typed is kept on the server, and on this device until the
// server has it. The toolbar, what is pasted, and the countdown of sending.
{
  const words = (form) => form.querySelector("#draft-state");
  const say = (form, text) => (words(form).textContent = text);
  const area = (form) => form.querySelector("textarea:not([data-tab])");
  const tabOf = (form) => form.elements.tab.value;
  const key = (form, tab) => form.dataset.mirror + ":" + tab;
  const mirror = (form, tab, text) => {
    try {
      if (text === undefined) return JSON.parse(localStorage.getItem(key(form, tab)));
      if (text === null) localStorage.removeItem(key(form, tab));
      else localStorage.setItem(key(form, tab), JSON.stringify({ v: form.versions[tab] || 0, t: text }));
    } catch {} // no room, or not allowed: the server has it soon
  };

  // Two texts where one was expected: both stay until somebody chooses.
  const offer = (form, why, text, take) => {
    form.offer?.remove();
    const use = kit.make("button", { type: "button", className: "btn small", textContent: words(form).dataset.use });
    const keep = kit.make("button", { type: "button", className: "btn small ghost", textContent: words(form).dataset.keep });
    form.offer = kit.make("div", { className: "banner info stale", role: "alert" },
      kit.make("div", {}, kit.make("p", { textContent: why }), kit.make("blockquote", { dir: "auto", textContent: text.slice(0, 400) }), kit.make("p", { className: "row" }, use, keep)));
    const done = () => {
      form.offer.remove();
      form.offer = null;
      form.saved[tabOf(form)] = null;
      area(form).focus();
      save(form);
    };
    keep.onclick = done;
    use.onclick = () => (take(), done());
    form.prepend(form.offer);
  };

  const save = async (form, leaving) => {
    clearTimeout(form.timer);
    const tab = tabOf(form), text = area(form).value;
    if (form.offer || text === form.saved[tab]) return;
    if (form.busy && !leaving) return (form.again = true);
    const data = new URLSearchParams([...new FormData(form)].filter(([, v]) => typeof v === "string"));
    data.set("draft_version", form.versions[tab] || 0);
    form.busy = new AbortController();
    let answer, got;
    try {
      answer = await fetch(form.dataset.draft, { method: "POST", body: data, keepalive: text.length < 15000, signal: form.busy.signal, headers: { Accept: "application/json" } });
      got = await answer.json();
    } catch (e) {
      form.busy = null;
      if (e.name === "AbortError") return;
      say(form, words(form).dataset.offline);
      form.timer = setTimeout(save, form.again ? 0 : 15000, form); // asked again meanwhile, or the server may be back
      form.again = false;
      return;
    }
    form.busy = null;
    if (answer.status === 409 && got.version === undefined) return;
    if (answer.ok || answer.status === 409) form.versions[tab] = got.version;
    if (answer.status === 409 && got.version) {
      return tab === tabOf(form) && offer(form, words(form).dataset.newer, got.body, () => put(form, got.body));
    }
    if (answer.status === 409) form.again = true; // its draft was ended elsewhere: this is a new one
    else if (!answer.ok) return say(form, answer.status === 401 ? words(form).dataset.signedOut : words(form).dataset.offline);
    else form.saved[tab] = text;
    const more = tab === tabOf(form) && area(form).value !== text;
    if (answer.ok) say(form, got.version ? words(form).dataset.saved.replace("{at}", got.at) : "");
    if (answer.ok && !more) {
      mirror(form, tab, null);
      kit.clean(form);
    } else if (more) mirror(form, tab, area(form).value);
    if (form.again || more) {
      form.again = false;
      save(form);
    }
  };
  const put = (form, text) => {
    area(form).value = text;
    area(form).dispatchEvent(new Event("input", { bubbles: true }));
  };

  // What this device has and the server does not.
  const recover = (form, tab) => {
    const here = mirror(form, tab);
    const there = form.saved[tab] || "";
    if (!here || here.t === there) return here && mirror(form, tab, null);
    if (here.v === (form.versions[tab] || 0) || !there && !here.v || there && here.t.startsWith(there)) put(form, here.t);
    else offer(form, words(form).dataset.device, here.t, () => put(form, here.t));
  };
  const formOf = (e) => e.target instanceof Element && e.target.closest("[data-draft]");
  document.addEventListener("input", (e) => {
    const form = formOf(e);
    if (!form || !form.saved) return;
    clearTimeout(form.timer);
    form.timer = setTimeout(save, 1500, form);
    if (e.target !== area(form)) return (form.saved[tabOf(form)] = null);
    mirror(form, tabOf(form), e.target.value);
    form.querySelector("#composer-preview")?.replaceChildren();
  });
  document.addEventListener("focusout", (e) => formOf(e) && e.target === area(formOf(e)) && save(formOf(e)));
  // Before the other tab comes forward, this one is kept.
  document.addEventListener("click", (e) => e.target instanceof Element && e.target.closest("[data-mode]") && formOf(e) && save(formOf(e)), true);
  document.addEventListener("compose:mode", (e) => e.target.saved && recover(e.target, tabOf(e.target)));
  const all = (leaving) => document.querySelectorAll("[data-draft]").forEach((form) => !form.leaves && save(form, leaving));
  window.addEventListener("online", () => all());
  window.addEventListener("pagehide", () => {
    all(true);
    for (const form of document.querySelectorAll("[data-draft]")) if (form.leaves) mirror(form, tabOf(form), null);
  });

  // What is sent is no draft any more.
  document.addEventListener("submit", (e) => {
    if (e.target.matches("[action$='logout/']")) {
      for (const k of Object.keys(localStorage)) if (k.startsWith("draft:")) localStorage.removeItem(k);
    }
    const form = formOf(e);
    if (!form || form.hasAttribute("hx-post")) return;
    setTimeout(() => (form.leaves = !e.defaultPrevented));
  });
  document.addEventListener("htmx:beforeRequest", (e) => {
    if (!e.target.matches("[data-draft]")) return;
    clearTimeout(e.target.timer);
    e.target.stopped = e.target.busy;
    e.target.busy?.abort();
  });
  document.addEventListener("htmx:afterRequest", (e) => {
    const form = e.target;
    if (!form.matches("[data-draft]")) return;
    const tab = tabOf(form);
    if (!e.detail.successful) return mirror(form, tab, area(form).value);
    form.versions[tab] = 0;
    form.saved[tab] = "";
    mirror(form, tab, null);
    say(form, "");
    if (form.stopped) fetch(form.dataset.draft + "delete/", { method: "POST", body: new URLSearchParams({ tab }), headers: { Accept: "application/json" } });
    form.stopped = null;
  });

  // The toolbar writes marks around what is selected, so that Ctrl+Z takes them away.
  const insert = (field, text) => {
    field.focus();
    if (!document.execCommand("insertText", false, text)) {
      field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };
  const around = { bold: ["**", "**"], italic: ["_", "_"], code: ["`", "`"], link: ["[", "](https://)"] };
  const before = { list: () => "- ", numbered: (i) => i + 1 + ". ", quote: () => "> " };
  document.addEventListener("click", (e) => {
    const what = e.target instanceof Element && e.target.closest("[data-md]")?.dataset.md;
    if (!what) return;
    const field = area(e.target.closest("form"));
    let { selectionStart: from, selectionEnd: to, value } = field;
    if (before[what]) {
      from = value.lastIndexOf("\n", from - 1) + 1;
      field.setSelectionRange(from, to);
      return insert(field, value.slice(from, to).split("\n").map((line, i) => before[what](i) + line).join("\n"));
    }
    const inside = value.slice(from, to);
    const [a, b] = what === "code" && inside.includes("\n") ? ["```\n", "\n```"] : around[what];
    insert(field, a + inside + b);
    const at = from + a.length;
    if (what === "link" && inside) field.setSelectionRange(at + inside.length + 2, at + inside.length + 10);
    else field.setSelectionRange(at, at + inside.length);
  });

  // Pasted pages become Markdown, roughly.
  const wrap = (s, mark) => s.replace(/^(\s*)([^]*?)(\s*)$/, (_, a, t, z) => a + mark + t + mark + z);
  const markdown = (node) => {
    let out = "";
    node.childNodes.forEach((n) => {
      if (n.nodeType === 3) out += n.data.replace(/\s+/g, " ");
      if (n.nodeType !== 1 || /^(script|style|title|meta)$/.test(n.localName)) return;
      const tag = n.localName, inner = markdown(n), t = inner.trim();
      if (tag === "br") out += "\n";
      else if (tag === "pre") out += "\n\n```\n" + n.textContent.trim() + "\n```\n\n";
      else if (!t) out += inner;
      else if (/^(b|strong)$/.test(tag) && n.style.fontWeight !== "normal") out += wrap(inner, "**");
      else if (/^(i|em)$/.test(tag)) out += wrap(inner, "_");
      else if (tag === "code") out += "`" + t + "`";
      else if (tag === "a" && /^(https?|mailto):/.test(n.href)) out += t === n.href ? t : `[${t}](${n.href})`;
      else if (tag === "li") out += "\n" + (n.parentNode.localName === "ol" ? [...n.parentNode.children].indexOf(n) + 1 + ". " : "- ") + t.replace(/\n+/g, "\n   ");
      else if (tag === "blockquote") out += "\n\n" + t.replace(/^/gm, "> ") + "\n\n";
      else if (/^h\d$/.test(tag)) out += "\n\n**" + t + "**\n\n";
      else if (/^(p|div|ul|ol|table)$/.test(tag)) out += "\n\n" + t + "\n\n";
      else if (tag === "tr") out += "\n" + t;
      else out += inner;
    });
    return out;
  };
  document.addEventListener("paste", (e) => {
    const html = e.clipboardData?.getData("text/html");
    if (e.defaultPrevented || !html || !formOf(e) || e.target !== area(formOf(e))) return;
    const page = new DOMParser().parseFromString(html, "text/html").body;
    if (!page.querySelector("a, b, strong, i, em, li, pre, code, blockquote, h1, h2, h3")) return;
    const text = markdown(page).replace(/[ \t]+\n/g, "\n").replace(/\n +(?![\s\d-])/g, "\n").replace(/\n{3,}/g, "\n\n").trim();
    if (!text) return;
    e.preventDefault();
    insert(e.target, text);
  });

  // At the beginning: what the server has, then what this device has beyond it.
  const button = (form, tab) => form.querySelector(`[data-mode=${tab}]`);
  for (const form of document.querySelectorAll("[data-draft]")) {
    form.versions = {};
    form.saved = {};
    const now = tabOf(form);
    for (const kept of form.querySelectorAll("textarea[data-tab]")) {
      const { tab, version } = kept.dataset;
      form.versions[tab] = +version;
      form.saved[tab] = kept.value;
      if (tab !== now && button(form, tab)) button(form, tab).text = kept.value;
    }
    form.saved[now] ??= "";
    recover(form, now);
    if (!area(form).value) for (const b of form.querySelectorAll("[data-mode]")) if (b.dataset.mode !== now && mirror(form, b.dataset.mode)) b.click();
  }

  // Seconds until a reply leaves, by the server's clock.
  const skew = kit.words.now - Date.now();
  setInterval(() => {
    for (const el of document.querySelectorAll("[data-countdown]")) {
      el.textContent = el.textContent.replace(/\d+/, Math.max(0, Math.ceil((Date.parse(el.dateTime) - Date.now() - skew) / 1000)));
    }
  }, 1000);
}
