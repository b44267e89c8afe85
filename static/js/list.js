// Lists of the workspace: rows that changed while they were in view glow once.
document.addEventListener("htmx:oobAfterSwap", (e) => {
  const row = e.detail.target?.closest?.("tr[data-ticket]");
  if (row) row.classList.add("changed");
});
