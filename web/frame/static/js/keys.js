// Keys. An element with data-key="F2", "Ctrl+Enter" or "Digit1" is clicked (a field: focused) by that key, named by event.code, so
// that it is the same key on every layout. data-key-text is what the list of shortcuts says. Keys without Ctrl, Alt or F are left
// alone while somebody types, and every key is while an input method composes.

const editable = (element) => element instanceof Element && Boolean(element.closest("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=button], [type=submit])"));

// nameOf returns the name of a pressed key, as data-key has it.
export function nameOf(event) {
  const code = event.code.replace(/^Numpad(\d)$/, "Digit$1").replace(/^NumpadEnter$/, "Enter");
  return (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "") + (event.shiftKey ? "Shift+" : "") + code;
}

const visible = (element) => (element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null);

const works = (name) => /^(Ctrl|Alt)\+|^F\d+$/.test(name);

function onKey(event) {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  const name = nameOf(event);
  const typing = editable(event.target);
  if (name === "Escape") return escape(event, typing);
  if (document.querySelector("dialog[open]") || (typing && !works(name))) return;
  if (name === "Shift+Slash") return act(event, () => showKeys());
  if (name === "Slash") return act(event, () => document.querySelector("[data-search]")?.select());
  const target = [...document.querySelectorAll(`[data-key="${CSS.escape(name)}"]`)].find((e) => visible(e) && !e.disabled);
  if (target) act(event, () => press(target));
}

function act(event, action) {
  event.preventDefault();
  action();
}

function press(target) {
  if (editable(target)) target.focus();
  else target.click();
}

function escape(event, typing) {
  const menu = document.querySelector("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (typing) event.target.blur();
}

const caps = (name) => name.replace(/Digit|Key/g, "").replace("Slash", "/").split("+");

// showKeys lists the shortcuts of the frame and those of the elements on this page.
export function showKeys() {
  const dialog = document.getElementById("shortcuts");
  if (!dialog || dialog.open) return;
  const list = dialog.querySelector("[data-keys]");
  list.querySelectorAll("[data-own]").forEach((e) => e.remove());
  const seen = new Set();
  for (const element of document.querySelectorAll("[data-key]")) {
    const text = element.dataset.keyText ?? element.closest("label")?.innerText.trim() ?? element.innerText.trim();
    if (!visible(element) || !text || seen.has(element.dataset.key)) continue;
    seen.add(element.dataset.key);
    list.append(term(element.dataset.key), description(text));
  }
  dialog.showModal();
}

function term(name) {
  const dt = document.createElement("dt");
  dt.dataset.own = "";
  for (const cap of caps(name)) {
    const kbd = document.createElement("kbd");
    kbd.textContent = cap;
    dt.append(kbd, " ");
  }
  return dt;
}

function description(text) {
  const dd = document.createElement("dd");
  dd.dataset.own = "";
  dd.textContent = text;
  return dd;
}

export function startKeys() {
  document.addEventListener("keydown", onKey);
  for (const button of document.querySelectorAll("[data-shortcuts]")) {
    button.hidden = false;
    button.addEventListener("click", showKeys);
  }
}
