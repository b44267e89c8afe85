// One engine for lists that are asked for while somebody types: comboboxes, the
// palette, and the pickers that "/" and "@" open in a text.
{
  let count = 0;
  // field is typed into and keeps the focus; list is a listbox that the server
  // fills from url; choose gets the chosen option; read gives what is looked
  // for, or null when nothing is. A list that stays is always open.
  kit.combo = (field, list, url, choose, read = () => field.value, stays) => {
    list.id ||= "combo-" + ++count;
    const set = (name, value) => (value ? field.setAttribute(name, value) : field.removeAttribute(name));
    set("aria-controls", list.id);
    set("aria-autocomplete", "list");
    let timer, asked, off, at = -1;
    const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
    const show = (on) => {
      if (!on) asked?.abort(), clearTimeout(timer), set("aria-activedescendant");
      list.hidden = !on && !stays;
      if (field.role === "combobox") field.ariaExpanded = on;
    };
    const mark = (i) => {
      const all = options();
      at = all.length && (i + all.length) % all.length;
      all.forEach((o, k) => {
        o.id ||= list.id + "-" + k;
        o.ariaSelected = k === at;
      });
      set("aria-activedescendant", all[at]?.id);
      all[at]?.scrollIntoView({ block: "nearest" });
    };
    const load = async (q) => {
      asked?.abort();
      asked = new AbortController();
      const to = url();
      try {
        const answer = await fetch(to + (to.includes("?") ? "&" : "?") + "q=" + encodeURIComponent(q), { signal: asked.signal, headers: { "HX-Request": "true", "HX-Target": "combo" } });
        if (!answer.ok) return show();
        list.innerHTML = await answer.text();
        for (const css of list.querySelectorAll("link")) document.querySelector(`head [href="${css.getAttribute("href")}"]`) ? css.remove() : document.head.append(css);
        htmx.process(list);
        show(true);
        mark(0);
        const say = list.querySelector("[data-say]");
        if (say) kit.say(say.dataset.say);
      } catch {}
    };
    const look = (wait) => {
      const q = read();
      clearTimeout(timer);
      if (!q) off = false;
      if (q === null) show();
      else if (!off) timer = setTimeout(load, wait, q);
    };
    const take = (option) => (show(), choose(option));
    field.addEventListener("input", (e) => e.isComposing || look(150));
    field.addEventListener("compositionend", () => look(150));
    field.addEventListener("keydown", (e) => {
      if (e.isComposing || list.hidden) return;
      const option = options()[at];
      if (/^Arrow(Up|Down)$/.test(e.key)) mark(at + (e.key === "ArrowDown" ? 1 : -1));
      else if (/^(Enter|Tab)$/.test(e.key) && option && !(e.ctrlKey || e.metaKey || e.shiftKey || (stays && e.key === "Tab"))) take(option);
      else if (e.key === "Escape" && !stays) show((off = false)), (off = true);
      else return;
      e.preventDefault();
      e.stopImmediatePropagation();
    }, true);
    field.addEventListener("blur", () => setTimeout(() => document.activeElement !== field && show(), 200));
    list.addEventListener("mousedown", (e) => e.preventDefault());
    list.addEventListener("click", (e) => {
      const option = !stays && e.target.closest("[role=option]:not([aria-disabled])");
      if (option) take(option);
    });
    if (stays) mark(0);
    return { open: () => ((off = false), look(0)) };
  };

  // Blanks: Tab goes through those of a text, and leaves after the last.
  kit.blank = (area, from, back) => {
    const all = [...area.value.matchAll(/⟦[^⟦⟧\n]+⟧/g)];
    const next = back ? all.findLast((m) => m.index < from) : all.find((m) => m.index >= from);
    if (next) area.focus(), area.setSelectionRange(next.index, next.index + next[0].length);
    return next;
  };
  // Texts of a macro go into the reply, with its files and the status it chose.
  document.addEventListener("compose:insert", ({ detail }) => {
    const area = document.getElementById("composer-body");
    const form = area.form;
    if (!detail.files) return;
    if (form.matches(".note")) form.querySelector("[data-mode=reply]")?.click();
    const from = area.selectionStart;
    if (area.value.slice(0, from).trim()) detail.text = "\n\n" + detail.text;
    setTimeout(() => {
      const then = form.elements.status;
      if (then && [...then.options].some((o) => o.value === detail.status)) then.value = detail.status;
      for (const file of detail.files) kit.staged(form, file);
      kit.blank(area, from) || area.focus();
    });
  }, true);

  const picker = (area) => {
    let from, kind, forced;
    const list = kit.make("ul", { className: "picker", hidden: true, role: "listbox", ariaLabel: area.dataset.pickLabel });
    area.after(list);
    const read = () => {
      const end = area.selectionEnd;
      const text = area.value.slice(0, end);
      let m = /(?:^|\n)\/([^\n/]{0,40})$/.exec(text);
      kind = "pickSlash";
      if (!m && area.form.matches(".note") && (m = /(?:^|\s)@([^\s@]{0,40})$/.exec(text))) kind = "pickAt";
      from = m ? end - m[1].length - 1 : end;
      m ||= forced && [, ""];
      forced = false;
      return m && area.dataset[kind] ? m[1] : null;
    };
    const put = (text, at, to) => {
      area.setRangeText(text, at, to, "end");
      area.dispatchEvent(new Event("input", { bubbles: true }));
      kit.blank(area, at) || area.focus();
    };
    const combo = kit.combo(area, list, () => area.dataset[kind], async (option) => {
      const at = from, to = area.selectionEnd;
      const { post, insert } = option.dataset;
      if (!post) return put(insert, at, to);
      try {
        const answer = await fetch(post, { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams({ slot: area.form.slot.value }) });
        const { text, files, error } = await answer.json();
        if (error) return kit.toast({ kind: "error", text: error });
        put(text, at, to);
        for (const file of files) kit.staged(area.form, file);
      } catch {
        kit.toast({ kind: "error", text: kit.words.failed });
      }
    }, read);
    area.addEventListener("keydown", (e) => {
      if (e.key === "Tab" && list.hidden && kit.blank(area, e.shiftKey ? area.selectionStart : area.selectionEnd, e.shiftKey)) e.preventDefault();
    });
    document.addEventListener("click", (e) => {
      if (!e.target.closest("[data-pick-open]")) return;
      e.preventDefault();
      area.focus();
      forced = true;
      combo.open();
    });
  };

  document.addEventListener("htmx:afterRequest", (e) => {
    const menu = e.detail.successful && e.target.closest?.("#macro-items")?.closest("details");
    if (menu) menu.open = false;
  });

  // Fields say by attributes what they want: data-combo the address, and a list
  // beside them or named; data-combo-run that choosing does what the option holds.
  const bind = (root) => {
    for (const field of root.querySelectorAll("[data-combo]:not([aria-controls])")) {
      const { combo, comboList, comboRun } = field.dataset;
      const runs = comboRun !== undefined;
      const list = document.getElementById(comboList) || field.parentElement.querySelector("[role=listbox]");
      const { open } = kit.combo(field, list, () => combo, (o) => {
        if (runs) return o.click();
        field.value = o.dataset.insert ?? o.textContent.trim();
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }, undefined, runs);
      if (runs && field.value !== field.defaultValue) open(); // typed while this was on its way
    }
    root.querySelectorAll("[data-pick-slash]:not([aria-controls])").forEach(picker);
  };
  bind(document);
  document.addEventListener("htmx:load", (e) => bind(e.detail.elt.parentElement || document));
}
