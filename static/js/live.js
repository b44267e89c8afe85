// The event stream of an open page. Messages are elements that HTMX puts in
// their place; this keeps the stream where it was when it breaks, rests it in
// hidden tabs, and asks by polling when streams do not get through.
{
  const live = () => document.getElementById("live");
  const state = document.getElementById("live-state");
  let source, failures = 0, resting, polling;

  const show = (ok) => {
    if (!state) return;
    state.hidden = false;
    state.classList.toggle("off", !ok);
    state.textContent = ok ? kit.words.live : kit.words.reconnecting;
  };
  const since = (id) => {
    const el = live();
    if (id && el) el.setAttribute("sse-connect", el.getAttribute("sse-connect").replace(/since=\d+/, "since=" + id));
  };
  const open = () => {
    const el = live();
    if (!el) return;
    const fresh = el.cloneNode();
    fresh.removeAttribute("data-hx-revealed");
    el.replaceWith(fresh);
    htmx.process(fresh);
  };
  // What has no place on this page, such as the number of a list made since, is
  // given one out of sight.
  const seat = (html) => {
    const t = document.createElement("template");
    t.innerHTML = html;
    for (const el of t.content.children) if (el.id && !document.getElementById(el.id)) document.getElementById("kit").append(kit.make(el.tagName, { id: el.id }));
    return html;
  };
  document.addEventListener("htmx:sseBeforeMessage", (e) => seat(e.detail.data));
  const poll = async () => {
    const el = live();
    if (!el || document.hidden) return;
    document.body.dispatchEvent(new Event("live:poll"));
    try {
      const url = new URL(el.getAttribute("sse-connect"), location);
      const answer = await fetch(el.dataset.changes + url.search, { headers: { "HX-Request": "true" } });
      since(answer.headers.get("X-Live-Since"));
      if (answer.status === 200) htmx.swap(el, seat(await answer.text()), { swapStyle: "none" });
      show(answer.ok);
    } catch {
      show(false);
    }
  };

  document.addEventListener("htmx:sseOpen", (e) => {
    failures = 0;
    clearInterval(polling);
    polling = 0;
    show(true);
    if (source === e.detail.source) return;
    source = e.detail.source;
    source.addEventListener("message", (m) => since(m.lastEventId));
    source.addEventListener("reload", (m) => {
      since(m.lastEventId);
      if (!document.querySelector(".dirty")) location.reload();
    });
  });
  document.addEventListener("htmx:sseError", () => {
    show(false);
    if (++failures > 2 && !polling) polling = setInterval(poll, 30000);
  });
  // A browser gives a host six connections: a tab nobody looks at needs none.
  document.addEventListener("visibilitychange", () => {
    clearTimeout(resting);
    if (document.hidden) {
      resting = setTimeout(() => {
        source?.close();
        resting = source = null;
      }, 10000);
    } else if (live() && resting === null) {
      resting = 0;
      open();
    }
  });
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (e) => e.persisted && open());
}
