// Fields that show only while conditions hold. The server asks them again.
(() => {
  "use strict";
  const names = { type: "ticket_type", department: "department_id", priority: "priority" };
  const valuesOf = (form, field) => {
    const list = new FormData(form).getAll(names[field] || "field." + field).map((v) => String(v).trim().toLowerCase()).filter((v) => v !== "");
    return list.length > 1 && list[0] === "0" ? list.slice(1) : list;
  };
  const holds = (form, rule) => {
    const list = valuesOf(form, rule.field), want = (rule.value || "").toLowerCase(), empty = !list.some((v) => v !== "0");
    switch (rule.operator) {
      case "equals": return list.length ? list.includes(want) : want === "";
      case "not_equals": return list.length ? !list.includes(want) : want !== "";
      case "contains": return list.some((v) => v.includes(want));
      case "is_empty": return empty;
      case "is_not_empty": return !empty;
    }
    return false;
  };
  const show = (form) => {
    for (const set of form.querySelectorAll("[data-when]")) {
      const on = JSON.parse(set.dataset.when).every((rule) => holds(form, rule));
      set.hidden = set.disabled = !on;
    }
  };
  const near = (e) => e.target.closest && e.target.closest("form");
  for (const type of ["change", "input"]) {
    document.addEventListener(type, (e) => {
      const form = near(e);
      if (form && form.querySelector("[data-when]")) show(form);
    });
  }
  for (const form of document.forms) show(form);
})();
