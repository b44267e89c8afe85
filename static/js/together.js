// Working together: who else is at a ticket, the number at the bell, and what
// is new, as a message in the page or, where nobody looks, of the browser.
{
  const $ = (q, root = document) => root.querySelector(q);
  const all = (q, root = document) => root.querySelectorAll(q);

  // The desk is told of a ticket's page while somebody looks at it.
  const place = $("#presence")?.dataset.presence;
  let typed = 0;
  const tell = (state) => fetch(place, { method: "POST", body: new URLSearchParams({ state }), keepalive: state === "gone" }).catch(() => {});
  if (place) {
    const beat = () => document.hidden || tell(Date.now() - typed < 10000 ? "replying" : "viewing");
    beat();
    setInterval(beat, 20000);
    document.addEventListener("visibilitychange", () => (document.hidden ? tell("gone") : beat()));
    window.addEventListener("pagehide", () => tell("gone"));
    document.addEventListener("input", (e) => {
      const form = e.target.closest("[data-composer]");
      if (!form || form.matches(".note") || Date.now() - typed < 5000) return;
      typed = Date.now();
      tell("replying");
    });
  }

  // Who gives no sign of life is gone, also when nobody says so.
  const fading = {};
  const fade = (el, after) => {
    clearTimeout(fading[el.id]);
    fading[el.id] = setTimeout(() => ($("#" + el.id).replaceChildren(), after?.()), 50000);
  };
  const rows = () => {
    for (const el of all("[data-who]")) el.replaceChildren(...($(`#who [data-at="${el.dataset.who}"]`)?.cloneNode(true).childNodes || []));
  };

  // The window's title carries the number; what the page calls itself may change.
  let title, ours;
  const count = (bell) => {
    const n = bell && $(".count", bell)?.textContent;
    if (document.title !== ours) title = document.title;
    document.title = ours = n ? "(" + n + ") " + title.replace(/^\(.*?\) /, "") : title;
  };
  count($("#bell"));

  const show = (list) => {
    for (const a of all("[data-notice]", list)) {
      const { notice, more, browser } = a.dataset;
      if (!document.hidden) {
        if (a.pathname !== location.pathname) kit.toast({ kind: "info", text: a.textContent, show: a.href, more });
      } else if (browser !== undefined && window.Notification?.permission === "granted" && "notices" in $("#bell").dataset) {
        new Notification(a.textContent, { body: more, tag: "notice-" + notice }).onclick = () => (window.focus(), location.assign(a.href));
      }
      a.remove();
    }
  };

  document.addEventListener("htmx:oobAfterSwap", (e) => {
    const el = $("#" + (e.detail.target.id || "none"));
    if (el?.id === "presence") fade(el);
    else if (el?.id === "who") (rows(), fade(el, rows));
    else if (el?.id === "bell") count(el);
    else if (el?.id === "notices") show(el);
  });
  document.addEventListener("htmx:afterSettle", (e) => e.target.id === "list" && (rows(), count($("#bell"))));

  // A tab that nobody looks at has no stream. Where the browser may tell, it
  // asks now and then, for the bell alone.
  let asking, since;
  document.addEventListener("visibilitychange", () => {
    clearInterval(asking);
    const live = $("#live");
    if (!document.hidden || !live || !("notices" in $("#bell").dataset)) return;
    since = /since=(\d+)/.exec(live.getAttribute("sse-connect"))[1];
    asking = setInterval(async () => {
      try {
        const answer = await fetch(live.dataset.changes + "?t=me&since=" + since);
        since = answer.headers.get("X-Live-Since") || since;
        if (answer.status !== 200) return;
        const news = new DOMParser().parseFromString(await answer.text(), "text/html");
        count($("#bell", news));
        show(news);
      } catch {
        // offline: the next time will do
      }
    }, 30000);
  });

  $("[data-ask-notices]")?.addEventListener("click", async (e) => {
    if (!window.Notification || Notification.permission === "granted") return;
    e.preventDefault();
    const form = e.target.form || e.target.closest("form");
    if ((await Notification.requestPermission()) === "granted") form.submit();
    else $("[data-blocked]", form).hidden = false;
  });
}
