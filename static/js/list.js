// Lists of the workspace: choosing rows, finding in long menus, and a bar that
// counts what is new instead of rows that jump. Forms and links do the rest.
{
  const $ = (q, root = document) => root.querySelector(q);
  const form = () => $("#bulk");
  const boxes = () => [...form().querySelectorAll("tbody [name='ticket_ids[]']")];
  let last;

  // What follows from the boxes as they are.
  const count = (quiet) => {
    if (!form()) return;
    const all = boxes();
    const n = all.filter((b) => b.checked).length;
    const head = $("[data-all]", form());
    const whole = $("[data-whole]", form());
    head.checked = n > 0 && n === all.length;
    head.indeterminate = n > 0 && n < all.length;
    if (whole) {
      const one = $("input", whole);
      whole.hidden = !head.checked;
      one.checked &&= head.checked;
    }
    const out = $("[data-count]", form());
    const chosen = whole && $("input", whole).checked ? whole.dataset.whole : n.toLocaleString(document.documentElement.lang);
    if (out.textContent === chosen) return;
    out.textContent = chosen;
    if (!quiet) kit.say(out.parentElement.textContent.trim());
  };
  document.addEventListener("change", (e) => {
    if (!form()?.contains(e.target) || e.target.type !== "checkbox") return;
    if (e.target.matches("[data-all]")) for (const b of boxes()) b.checked = e.target.checked;
    count();
  });
  // Shift takes all rows since the last one.
  document.addEventListener("click", (e) => {
    if (!e.target.matches?.("#bulk tbody [name='ticket_ids[]']")) return;
    const all = boxes();
    const at = all.indexOf(e.target);
    if (e.shiftKey && last?.isConnected) {
      const from = all.indexOf(last);
      for (const b of all.slice(Math.min(at, from), Math.max(at, from) + 1)) b.checked = e.target.checked;
    }
    last = e.target;
  });
  document.addEventListener("reset", (e) => e.target === form() && setTimeout(count));
  document.addEventListener("htmx:afterSettle", () => count(true));
  window.addEventListener("pageshow", () => count(true));
  // Escape lets go of the rows, when there is nothing else to leave.
  document.addEventListener("keydown", (e) => {
    const f = form();
    if (e.key === "Escape" && f && $("tbody :checked", f) && !$("[data-menu][open], dialog[open]")) f.reset();
    // Enter in a field of a menu is its own button, not the form's first.
    if (e.key === "Enter" && f?.contains(e.target) && e.target.matches("[type=text], [type=search], [type=datetime-local]")) {
      e.preventDefault();
      const menu = e.target.closest(".menu-list");
      ([...menu.querySelectorAll("button")].find((b) => b.getClientRects().length && (!e.target.name || b.value === e.target.name)) || e.target).click();
    }
  }, true);

  // Tickets are merged into the oldest of them, unless somebody says another.
  document.addEventListener("toggle", (e) => {
    const field = e.target.open && form()?.contains(e.target) && $("[data-oldest]", e.target);
    if (!field) return;
    const ids = boxes().filter((b) => b.checked).map((b) => +b.value);
    field.value = ids.length > 1 ? Math.min(...ids) : "";
  }, true);

  // A look at a ticket, from the row the pointer is on.
  let eye;
  document.addEventListener("mouseover", (e) => {
    const row = e.target.closest?.("tr[data-ticket]");
    if (!row || row.contains(eye) || !$("#peek")) return;
    eye?.remove();
    eye = $("#peek").content.firstElementChild.cloneNode(true);
    eye.href = $(".sub", row).pathname + "peek/";
    $(".grow", row).append(eye);
  });
  document.addEventListener("click", (e) => {
    if (!eye?.contains(e.target) || e.ctrlKey || e.metaKey) return;
    e.preventDefault();
    htmx.ajax("GET", eye.pathname, "#dialog");
  });

  // A long menu is searched.
  document.addEventListener("input", (e) => {
    if (!e.target.matches("[data-find]")) return;
    const word = e.target.value.trim().toLowerCase();
    for (const el of e.target.closest(".menu-list").querySelectorAll("[data-found]")) el.hidden = !el.textContent.toLowerCase().includes(word);
  });

  // Rows of a form that are put in order.
  document.addEventListener("click", (e) => {
    const b = e.target.closest?.("[data-move]");
    if (!b) return;
    const row = b.closest("li");
    const other = b.dataset.move === "up" ? row.previousElementSibling : row.nextElementSibling;
    e.preventDefault();
    if (!other) return;
    b.dataset.move === "up" ? other.before(row) : other.after(row);
    b.focus();
  });

  // What is new glows once it is shown.
  let news = [];
  document.addEventListener("htmx:beforeRequest", () => (news = ($("#queue-news")?.dataset.news || "").split(" ").filter(Boolean)));
  document.addEventListener("htmx:afterSettle", (e) => {
    if (e.target.id === "list") for (const id of news.splice(0)) $("#t" + id)?.classList.add("changed");
  });

  // News of the same tickets count once, and those of other lists do not.
  document.addEventListener("htmx:oobBeforeSwap", (e) => {
    const fresh = e.detail.fragment.firstElementChild;
    if (fresh?.id !== "queue-news" || !fresh.dataset.seen) return;
    const here = fresh.dataset.seen.split(" ").filter((id) => $("#t" + id));
    const words = [e.detail.target.dataset.news, fresh.dataset.news, ...here].join(" ");
    const ids = new Set(words.split(" ").filter(Boolean));
    if (!ids.size) e.detail.shouldSwap = false;
    if (!$("#list")) $("a", fresh).removeAttribute("hx-get");
    fresh.dataset.news = [...ids].join(" ");
    $("[data-n]", fresh).textContent = ids.size.toLocaleString(document.documentElement.lang);
  });
}
