// Keys. An element with data-key="F2", "Ctrl+Enter" or "Digit1" is clicked (a field: focused) by that key, named by event.code, so
// that it is the same key on every layout. data-key-text is what the list of shortcuts says. Keys without Ctrl, Alt or F are left
// alone while somebody types, and every key is while an input method composes. A key that is held down works once: it is heard again
// when it was let go.

const editable = (element) => element instanceof Element && Boolean(element.closest("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=button], [type=submit])"));

// Windows lets Shift go before it tells of a digit of the number pad: what is left of it is that the digit means none.
const shifted = (event) => event.shiftKey || (/^Numpad\d$/.test(event.code) && event.getModifierState("NumLock") && !/^\d$/.test(event.key));

// nameOf returns the name of a pressed key, as data-key has it.
export function nameOf(event) {
  const code = event.code.replace(/^Numpad(\d)$/, "Digit$1").replace(/^NumpadEnter$/, "Enter");
  return (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "") + (shifted(event) ? "Shift+" : "") + code;
}

const visible = (element) => (element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null);

const held = new Set();

// What works while somebody types. Undoing is then of the text.
const works = (name) => name !== "Ctrl+KeyZ" && /^(Ctrl|Alt)\+|^F\d+$/.test(name);

function onKey(event) {
  if (event.repeat || held.has(event.code)) return onHeld(event);
  held.add(event.code);
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  const name = nameOf(event);
  const typing = editable(event.target);
  if (name === "Escape") return escape(event, typing);
  if (document.querySelector("dialog[open]") || (typing && !works(name))) return;
  if (name === "Shift+Slash") return act(event, () => showKeys());
  if (name === "Slash") return act(event, () => document.querySelector("[data-search]")?.select());
  const target = targetOf(name);
  if (target) act(event, () => press(target));
}

// A held key does what it does without us only where somebody types.
function onHeld(event) {
  const name = nameOf(event);
  if (targetOf(name) && (!editable(event.target) || works(name))) event.preventDefault();
}

// What a key presses. An open box that takes the digits has them from the moment it opens: they are nobody else's.
function targetOf(name) {
  const box = /^Digit\d$/.test(name) && document.querySelector("details[data-takes-digits][open]");
  return [...(box || document).querySelectorAll(`[data-key="${CSS.escape(name)}"]`)].find((e) => visible(e) && !e.disabled);
}

function act(event, action) {
  event.preventDefault();
  action();
}

// A field gets the focus with the caret behind its text; what is pressed is told that a key did it.
function press(target) {
  if (!editable(target)) {
    target.click();
    target.dispatchEvent(new Event("key", { bubbles: true }));
    return;
  }
  target.focus();
  if (target.matches("textarea, [type=text]")) target.setSelectionRange(target.value.length, target.value.length);
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
  const search = list.querySelector("[data-of-search]");
  for (const e of [search, search?.nextElementSibling]) if (e) e.hidden = !document.querySelector("[data-search]");
  const seen = new Set();
  for (const element of document.querySelectorAll("[data-key]")) {
    const text = element.dataset.keyText ?? wordsOf(element.closest("label") ?? element);
    if (!visible(element) || element.disabled || !text || seen.has(element.dataset.key)) continue;
    seen.add(element.dataset.key);
    list.append(term(element.dataset.key), description(text));
  }
  dialog.showModal();
}

// The words of a button or label, without the caps that are drawn on it.
function wordsOf(element) {
  const copy = element.cloneNode(true);
  copy.querySelectorAll("kbd").forEach((e) => e.remove());
  return copy.textContent.trim();
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
  document.addEventListener("keyup", (event) => {
    if (event.code.startsWith("Meta")) held.clear(); // macOS tells of no other key that was let go before it
    held.delete(event.code);
  }, { capture: true });
  addEventListener("blur", () => held.clear());
  for (const button of document.querySelectorAll("[data-shortcuts]")) {
    button.hidden = false;
    button.addEventListener("click", showKeys);
  }
}
