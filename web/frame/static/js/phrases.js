// Canned phrases: F6 opens the list, a digit puts a phrase where the caret was. Listeners are on the document, so that they outlive a
// desk that is exchanged for the next one.
import { nameOf } from "./keys.js";

const perPage = 9;
let field = null; // where the caret was last
let page = 0;
let chosen = null; // the phrase of the digit that is down

const dialog = () => document.getElementById("phrases");
const items = () => [...dialog().querySelectorAll("li")];
const isNote = (element) => element instanceof HTMLTextAreaElement && element.closest("[data-outcome]");
const shown = (element) => element?.isConnected && element.offsetParent !== null;

// turn shows nine phrases at a time, with their digits.
function turn(to) {
  const all = items();
  const pages = Math.max(1, Math.ceil(all.length / perPage));
  page = (to + pages) % pages;
  all.forEach((item, i) => {
    const place = i - page * perPage;
    item.hidden = place < 0 || place >= perPage;
    item.querySelector("kbd").textContent = place + 1;
  });
}

function open() {
  if (isNote(document.activeElement)) field = document.activeElement;
  if (!shown(field)) field = document.querySelector(`[data-outcome] [name="${dialog().dataset.into}"]`);
  chosen = null;
  turn(0);
  dialog().showModal();
}

// put writes a phrase over what was selected, and leaves the caret behind it.
function put(text) {
  dialog().close();
  if (!field) return;
  field.focus();
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function onKey(event) {
  if (!dialog()?.open || event.isComposing || event.keyCode === 229 || event.repeat) return;
  const name = nameOf(event);
  const digit = /^Digit(\d)$/.exec(name)?.[1];
  if (digit === "0" || name === "PageDown") turn(page + 1);
  else if (name === "PageUp") turn(page - 1);
  else if (name === "F6") dialog().close();
  else if (digit) chosen = items()[page * perPage + Number(digit) - 1]?.querySelector("[data-phrase]") ?? null;
  else return;
  event.preventDefault();
  event.stopPropagation(); // the digit is not the desk's as well
}

// A phrase is put in when its digit is let go: a digit that is held would be typed behind it.
function onRelease(event) {
  if (!chosen || !/^(Digit|Numpad)\d$/.test(event.code)) return;
  chosen.click();
  chosen = null;
  event.stopPropagation();
}

document.addEventListener("keydown", onKey, true);
document.addEventListener("keyup", onRelease, true);
document.addEventListener("focusout", (event) => {
  if (isNote(event.target)) field = event.target;
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-phrases]") && dialog()) {
    event.preventDefault(); // without this it leads to the page that has them
    open();
  }
  const phrase = event.target.closest("#phrases [data-phrase]");
  if (phrase) put(phrase.dataset.phrase);
  if (event.target === dialog() || event.target.closest("#phrases [data-close]")) dialog().close();
});
