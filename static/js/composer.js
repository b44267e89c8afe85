// The writing of messages: Reply and Note in one form, each with its own text,
// files by picker, drop and paste, Ctrl+Enter.
{
  const near = (e, q) => e.target instanceof Element && e.target.closest(q);
  const size = (n) => (n < 1024 ? n + " B" : n < 1048576 ? Math.round(n / 1024) + " kB" : (n / 1048576).toFixed(1) + " MB");

  const field = (form) => form.querySelector("textarea:not([data-tab])");

  // Reply and Note.
  const setMode = (form, button) => {
    const area = field(form);
    const before = form.querySelector("[data-mode][aria-pressed=true]");
    if (before) before.text = area.value;
    if (before !== button) area.value = button.text || "";
    for (const b of form.querySelectorAll("[data-mode]")) b.setAttribute("aria-pressed", b === button);
    const { mode, action, submit, label, placeholder } = button.dataset;
    form.classList.toggle("note", mode === "note");
    if (form.elements.tab) form.elements.tab.value = mode;
    if (action) {
      form.action = action;
      if (form.hasAttribute("hx-post")) {
        form.setAttribute("hx-post", action);
        htmx.process(form);
      }
    }
    const send = form.querySelector("[data-send]");
    if (submit) (send.querySelector(".label") || send).textContent = submit;
    if (placeholder) area.placeholder = placeholder;
    if (label) area.setAttribute("aria-label", label);
    // What concerns one of the two only: the status after a reply, its receivers.
    for (const el of form.querySelectorAll("[data-only]")) {
      el.hidden = el.dataset.only !== mode;
      for (const field of el.matches("input, select") ? [el] : el.querySelectorAll("input, select")) field.disabled = el.hidden;
    }
    grow(area);
  };
  for (const form of document.querySelectorAll("[data-composer]")) {
    const first = form.querySelector("[data-mode][aria-pressed=true]") || form.querySelector("[data-mode]");
    if (first) setMode(form, first);
  }
  document.addEventListener("click", (e) => {
    const button = near(e, "[data-mode]");
    if (!button) return;
    const form = button.closest("[data-composer]");
    setMode(form, button);
    form.dispatchEvent(new Event("compose:mode", { bubbles: true }));
    field(form).focus();
  });
  const reset = (form) => {
    const area = field(form);
    if (area) area.value = "";
    form.querySelectorAll("select").forEach((list) => (list.selectedIndex = 0));
    form.querySelectorAll("details[open]").forEach((menu) => (menu.open = false));
    form.querySelector("#composer-preview")?.replaceChildren();
    form.querySelectorAll("[data-upload] .uploads").forEach((list) => list.replaceChildren());
    form.querySelectorAll("[type=file]").forEach((input) => (input.value = ""));
    kit.clean(form);
    if (area) grow(area);
  };
  document.addEventListener("htmx:afterRequest", (e) => {
    if (e.detail.successful && e.target.matches("[data-composer]")) reset(e.target);
  });
  document.addEventListener("compose:insert", (e) => {
    const area = field(document.querySelector("[data-composer]"));
    area.setRangeText(e.detail.value || e.detail.text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // Browsers that cannot size a field to its text.
  function grow(area) {
    if (CSS.supports("field-sizing", "content")) return;
    area.style.height = "auto";
    area.style.height = area.scrollHeight + 2 + "px";
  }
  document.addEventListener("input", (e) => near(e, "textarea") && grow(e.target));
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey) || !near(e, "textarea")) return;
    e.preventDefault();
    e.target.form.requestSubmit(e.target.form.querySelector("[data-send]"));
  });

  // Files. With an address they go ahead of the form, each with its progress;
  // without one they wait in the file field.
  const uploads = new Map();
  const fill = (text, values) => text.replace(/\{(name|size)\}/g, (_, k) => values[k]);
  const row = (box, file) => {
    const remove = kit.make("button", { type: "button", textContent: "×", ariaLabel: fill(box.dataset.remove, file) });
    const progress = kit.make("progress", { max: 1, value: 0, ariaLabel: fill(box.dataset.busy, file) });
    const li = kit.make("li", {}, kit.make("bdi", { className: "name", textContent: file.name }), kit.make("span", { className: "size num", textContent: size(file.size) }), progress, remove);
    box.querySelector(".uploads").append(li);
    return { li, progress, remove };
  };
  const drop = (box, li) => {
    const sent = li.querySelector("[name='files[]']");
    if (sent) fetch(box.dataset.upload + sent.value + "/delete/", { method: "POST", body: new URLSearchParams({ slot: box.querySelector("[name=slot]").value }) });
    li.remove();
    box.querySelector("[type=file]").focus();
  };
  const sent = (li, id) => li.append(kit.make("input", { type: "hidden", name: "files[]", value: id }));
  // A file that is in the slot already.
  kit.staged = (form, file) => {
    const box = form.querySelector("[data-upload]");
    const { li, progress, remove } = row(box, file);
    progress.remove();
    sent(li, file.id);
    remove.onclick = () => drop(box, li);
  };
  const refuse = (box, text) => kit.toast({ kind: "error", text });
  const send = (box, file) => {
    const { li, progress, remove } = row(box, file);
    const form = box.closest("form");
    const data = new FormData();
    const slot = form.querySelector("[name=slot]");
    if (slot) data.append("slot", slot.value);
    data.append("file", file, file.name);
    const xhr = new XMLHttpRequest();
    uploads.set(li, xhr);
    const failed = (text) => {
      li.classList.add("failed");
      progress.remove();
      refuse(box, text || fill(box.dataset.failed, file));
    };
    xhr.upload.onprogress = (e) => e.lengthComputable && (progress.value = e.loaded / e.total);
    xhr.onload = () => {
      if (xhr.status >= 300) return failed(/^text\/plain/.test(xhr.getResponseHeader("Content-Type")) && xhr.responseText);
      progress.remove();
      const { id } = JSON.parse(xhr.responseText);
      sent(li, id);
      kit.say(fill(box.dataset.done, file));
    };
    xhr.onerror = () => failed();
    xhr.onloadend = () => uploads.delete(li);
    remove.onclick = () => (xhr.abort(), drop(box, li));
    xhr.open("POST", box.dataset.upload);
    xhr.send(data);
    form.classList.add("dirty");
  };
  const keep = (box, files, input) => {
    const held = new DataTransfer();
    for (const f of files) held.items.add(f);
    input.files = held.files;
    const list = box.querySelector(".uploads");
    list.replaceChildren();
    [...files].forEach((file, i) => {
      const { progress, remove } = row(box, file);
      progress.remove();
      remove.onclick = () => (keep(box, [...files].filter((_, j) => j !== i), input), input.focus());
    });
  };
  const take = (box, files, picked) => {
    const input = box.querySelector("[type=file]");
    const ahead = box.dataset.upload;
    const there = ahead ? box.querySelectorAll(".uploads li:not(.failed)").length : picked ? 0 : input.files.length;
    const good = [];
    for (const file of files) {
      if (file.size > +box.dataset.bytes) refuse(box, fill(box.dataset.tooBig, { name: file.name, size: size(file.size) }));
      else if (there + good.length >= +box.dataset.max) refuse(box, box.dataset.tooMany);
      else good.push(file);
    }
    if (!ahead) return keep(box, picked ? good : [...input.files, ...good], input);
    input.value = "";
    for (const file of good) send(box, file);
  };
  const boxOf = (e) => near(e, "form")?.querySelector("[data-upload]");
  document.addEventListener("change", (e) => {
    const box = near(e, "[data-upload]");
    if (box && e.target.type === "file") take(box, [...e.target.files], true);
  });
  document.addEventListener("paste", (e) => {
    const files = [...(e.clipboardData?.files || [])];
    const box = boxOf(e);
    if (!box || !files.length) return;
    e.preventDefault();
    take(box, files);
  });
  for (const type of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(type, (e) => {
      const box = boxOf(e) || document.querySelector(".composer [data-upload]");
      if (!box || !e.dataTransfer?.types.includes("Files")) return;
      e.preventDefault();
      box.closest("form").classList.toggle("dropping", type === "dragover");
      if (type === "drop") take(box, [...e.dataTransfer.files]);
    });
  }
  // A form waits for its files.
  const busy = (form) => [...uploads.keys()].some((li) => form.contains(li));
  for (const type of ["submit", "htmx:confirm"]) {
    document.addEventListener(type, (e) => {
      const form = near(e, "form");
      if (!form || !busy(form)) return;
      e.preventDefault();
      e.stopImmediatePropagation();
      const again = setInterval(() => {
        if (busy(form)) return;
        clearInterval(again);
        form.requestSubmit(e.submitter);
      }, 200);
    }, true);
  }
}
