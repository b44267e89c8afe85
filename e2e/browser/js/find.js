// Finds elements the way a person names them. Evaluated as an expression that
// yields an object of functions; nothing is left behind in the page.
(() => {
  const squash = (s) => (s || "").replace(/\s+/g, " ").trim();

  const visible = (e) =>
    e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;

  // name is a short reading of the accessible name: enough for buttons, links and fields.
  const name = (e) => {
    const by = e.getAttribute("aria-labelledby");
    if (by) {
      const text = by.split(/\s+/).map((id) => e.getRootNode().getElementById(id)?.textContent);
      return squash(text.join(" "));
    }
    if (e.hasAttribute("aria-label")) return squash(e.getAttribute("aria-label"));
    if (e.labels?.length) {
      return squash([...e.labels].map((l) => labelText(l, e)).join(" "));
    }
    if (e.matches("input[type=submit],input[type=button],input[type=reset]")) return squash(e.value);
    const text = squash(e.innerText ?? e.textContent);
    if (text) return text;
    const image = e.querySelector("img[alt],svg[aria-label],svg > title");
    if (image) return squash(image.getAttribute("alt") || image.getAttribute("aria-label") || image.textContent);
    return squash(e.getAttribute("title") || e.getAttribute("placeholder"));
  };

  const labelText = (label, control) => {
    const copy = label.cloneNode(true);
    copy.querySelectorAll("input,select,textarea").forEach((c) => c.remove());
    return copy.textContent;
  };

  // roots are the places to look in: the scope and every open shadow tree below it.
  const roots = (scope) => {
    if (scope.tagName === "IFRAME") scope = scope.contentDocument;
    if (!scope) return [];
    const all = [scope];
    if (scope.shadowRoot) all.push(...roots(scope.shadowRoot));
    for (const e of scope.querySelectorAll("*")) {
      if (e.shadowRoot) all.push(...roots(e.shadowRoot));
    }
    return all;
  };

  const kinds = {
    button: "button,summary,[role=button],[role=menuitem],[role=tab],[role=option],input[type=submit],input[type=button],input[type=reset]",
    link: "a[href],[role=link]",
    field: "input:not([type=hidden],[type=submit],[type=button],[type=reset]),select,textarea,[contenteditable=''],[contenteditable=true],[role=combobox],[role=textbox],[role=switch],[role=checkbox]",
    heading: "h1,h2,h3,h4,h5,h6,[role=heading]",
  };

  const named = (root, css, want) => {
    const all = [...root.querySelectorAll(css)].map((e) => [e, name(e)]);
    const exact = all.filter(([, n]) => n === want);
    return (exact.length ? exact : all.filter(([, n]) => n.includes(want))).map(([e]) => e);
  };

  // texts are the innermost elements that hold the text.
  const texts = (root, want) => {
    const holds = (e) => !/^(SCRIPT|STYLE|TEMPLATE|NOSCRIPT)$/.test(e.tagName) && squash(e.textContent).includes(want);
    return [...root.querySelectorAll("*")].filter((e) => holds(e) && ![...e.children].some(holds));
  };

  const step = (scopes, part) => {
    const found = new Set();
    const at = part.indexOf("=");
    const kind = at > 0 ? part.slice(0, at) : "";
    const want = squash(part.slice(at + 1));
    for (const scope of scopes) {
      for (const root of roots(scope)) {
        let hits;
        if (kind === "text") hits = texts(root, want);
        else if (Object.hasOwn(kinds, kind)) hits = named(root, kinds[kind], want);
        else hits = root.querySelectorAll(part);
        for (const e of hits) found.add(e);
      }
    }
    return [...found];
  };

  // all returns the matches, visible ones first.
  const all = (selector) => {
    let scopes = [document];
    for (const part of selector.split(" >> ")) scopes = step(scopes, part.trim());
    return [...scopes.filter(visible), ...scopes.filter((e) => !visible(e))];
  };
  const one = (selector) => all(selector)[0];

  // point is where to click: {state, x, y}. The state says why not to, yet.
  const point = (selector) => {
    const e = one(selector);
    if (!e) return { state: "not found" };
    if (!visible(e)) return { state: "not visible" };
    if (e.disabled) return { state: "disabled" };
    e.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
    const rect = [...e.getClientRects()].find((r) => r.width > 0 && r.height > 0);
    if (!rect) return { state: "without size" };
    let x = rect.left + rect.width / 2;
    let y = rect.top + rect.height / 2;
    let hit = e.ownerDocument.elementFromPoint(x, y);
    while (hit?.shadowRoot?.elementFromPoint(x, y) && hit.shadowRoot.elementFromPoint(x, y) !== hit) {
      hit = hit.shadowRoot.elementFromPoint(x, y);
    }
    const label = hit?.closest?.("label");
    if (!hit || !(e === hit || e.contains(hit) || e.shadowRoot?.contains(hit) || label?.control === e)) {
      const by = hit ? hit.outerHTML.slice(0, 120) : "nothing: it is outside of the viewport";
      return { state: "covered by " + by };
    }
    for (let frame = e.ownerDocument.defaultView.frameElement; frame; frame = frame.ownerDocument.defaultView.frameElement) {
      const box = frame.getBoundingClientRect();
      x += box.left + frame.clientLeft;
      y += box.top + frame.clientTop;
    }
    return { state: "", x, y };
  };

  // focus readies a field to be typed over.
  const focus = (selector) => {
    const e = one(selector);
    if (!e) return "not found";
    if (!visible(e)) return "not visible";
    if (e.disabled || e.readOnly) return "not editable";
    e.focus();
    if (e.select) e.select();
    else e.ownerDocument.getSelection().selectAllChildren(e);
    return "";
  };

  // set is for fields nobody types text into; "type" means: do type.
  const set = (selector, value) => {
    const e = one(selector);
    if (!e) return "not found";
    if (e.disabled || e.readOnly) return "not editable";
    if (e.tagName === "SELECT") {
      const option =
        [...e.options].find((o) => o.value === value) || [...e.options].find((o) => squash(o.text) === squash(value));
      if (!option) return "without the option " + JSON.stringify(value);
      e.value = option.value;
    } else if (/^(date|time|datetime-local|month|week|color|range)$/.test(e.type)) {
      e.value = value;
    } else {
      return "type";
    }
    e.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    e.dispatchEvent(new Event("change", { bubbles: true }));
    return "";
  };

  const read = (selector) => {
    const e = one(selector);
    if (!e) return null;
    const attributes = {};
    for (const a of e.attributes) attributes[a.name] = a.value;
    return {
      text: squash(e.innerText ?? e.textContent),
      value: String(e.value ?? ""),
      checked: !!e.checked,
      visible: visible(e),
      name: name(e),
      attributes,
    };
  };

  const focused = () => {
    let e = document.activeElement;
    while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
    return e && e !== document.body ? e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + " " + name(e) : "";
  };

  return {
    point, focus, set, read, focused, one,
    count: (s) => all(s).filter(visible).length,
    texts: (s) => all(s).map((e) => squash(e.innerText ?? e.textContent)),
    seen: (text) => squash(document.body?.innerText).includes(squash(text)),
  };
})()
