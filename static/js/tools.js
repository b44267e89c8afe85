// What only editors and settings pages need: loaded with them.

// Rows of steps: added, moved and taken away without asking the server. The
// buttons are submit buttons, for browsers without scripts.
{
  const number = (list) => {
    [...list.children].forEach((row, i) => {
      for (const el of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
        for (const name of ["name", "id", "for", "aria-describedby"]) {
          if (el.hasAttribute(name)) el.setAttribute(name, el.getAttribute(name).replace(/\ba-?\d+_/g, "a" + i + "_"));
        }
      }
      for (const b of row.querySelectorAll("[data-step-do]")) b.value = b.dataset.stepDo + ":" + i;
      const label = row.querySelector("label");
      label.textContent = label.textContent.replace(/-?[\d٠-٩]+/, (i + 1).toLocaleString(document.documentElement.lang));
    });
    list.dispatchEvent(new Event("change", { bubbles: true }));
    list.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const copy = (q) => document.querySelector(q).content.cloneNode(true);
  document.addEventListener("click", (e) => {
    const button = e.target.closest?.("[data-step-do]");
    if (!button) return;
    e.preventDefault();
    const list = button.closest("[data-steps]").querySelector("ol");
    const row = button.closest("[data-step]");
    let focus = button;
    switch (button.dataset.stepDo) {
      case "add":
        list.append(copy("[data-step-new]"));
        focus = list.lastElementChild.querySelector("select");
        break;
      case "up":
        row.previousElementSibling?.before(row);
        break;
      case "down":
        row.nextElementSibling?.after(row);
        break;
      case "remove":
        focus = (row.nextElementSibling || row.previousElementSibling)?.querySelector("select") || button.closest("[data-steps]");
        row.remove();
    }
    number(list);
    focus.focus();
  });
  document.addEventListener("change", (e) => {
    if (!e.target.matches?.("[data-step-type]")) return;
    e.target.closest("[data-step]").querySelector("[data-step-box]").replaceChildren(copy(`[data-step-value="${e.target.value}"]`));
    number(e.target.closest("ol"));
  });

  // Variables are written where the writer was.
  let last;
  document.addEventListener("focusin", (e) => e.target.matches("textarea") && (last = e.target));
  document.addEventListener("click", (e) => {
    const button = e.target.closest?.("[data-var]");
    const area = last?.isConnected ? last : button?.form?.querySelector("textarea");
    if (!button || !area) return;
    area.setRangeText(button.dataset.var, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  });
}
