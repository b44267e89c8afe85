// Deadlines come nearer: their words and colours follow the server's clock.
{
  const words = kit.words;
  const units = JSON.parse(words.times).slice(3);
  const skew = words.now - Date.now();
  const plural = new Intl.PluralRules(document.documentElement.lang);
  const order = { one: 0, two: 1, few: 2, many: 3, other: 4 };
  const unit = (i, n) => (units[i][order[plural.select(n)] ?? 4]).replace(/\d+/, n);
  const span = (s) => {
    const [d, h, m] = [Math.floor(s / 86400), Math.floor((s % 86400) / 3600), Math.floor((s % 3600) / 60)];
    const parts = d ? [unit(2, d), h && unit(1, h)] : h ? [unit(1, h), m && unit(0, m)] : [unit(0, m)];
    return parts.filter(Boolean).join(" ");
  };
  setInterval(() => {
    const now = Date.now() + skew;
    let late;
    for (const el of document.querySelectorAll("time[data-due]")) {
      const left = (Date.parse(el.dateTime) - now) / 1000;
      const look = left < 0 ? 2 : "risk" in el.dataset || el.dataset.warn < now ? 1 : 0;
      const chip = el.closest(".chip");
      const hue = ["h-green", "h-amber", "h-red"][look];
      if (look === 2 && !chip.classList.contains(hue) && el.closest(".head")) late = chip;
      chip.classList.remove("h-green", "h-amber", "h-red");
      chip.classList.add(hue);
      el.textContent = el.dataset.due.split("|")[look].replace("%", span(Math.abs(left)));
    }
    if (late) kit.say(late.textContent);
  }, 30000);
}
