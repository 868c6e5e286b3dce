// What every page has beyond its HTML. Nothing here is needed to work: it only saves clicks.
import { startKeys } from "./keys.js";
import { startDialogs } from "./dialogs.js";
import { startFlash } from "./flash.js";
import { forget, forgetTyped } from "./kept.js";

startKeys();
startDialogs();
startFlash();

// A row with data-href opens like its link, but not when text is being selected or a control inside was meant.
document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest("a, button, input, select, label, summary") || String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
  else location.assign(row.dataset.href);
});

// A form is sent once: a second click while the answer is on its way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "true";
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

// A filter that changes is applied at once.
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-autosubmit]")) event.target.form.requestSubmit();
});

// One box ticks all of its form, and how many are ticked stands beside what is done to them.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form");
  const all = form?.querySelector("[data-check-all]");
  if (!all) return;
  const boxes = [...form.querySelectorAll('tbody input[type="checkbox"]')];
  if (event.target === all) for (const box of boxes) box.checked = all.checked;
  const ticked = boxes.filter((box) => box.checked).length;
  all.checked = ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
  form.querySelector("[data-checked]").textContent = ticked || "";
});

// A menu closes by a click elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
});

// Who logs out takes what they typed at the desk with them: the next one at this computer has no business with it. So does who
// discards what they typed about a callback.
document.addEventListener("submit", (event) => {
  const { user } = document.body.dataset;
  const path = new URL(event.target.action, location.href).pathname;
  const discarded = path.match(/^\/tasks\/drafts\/(\d+)\/discard$/);
  if (path === "/logout") forgetTyped(user);
  if (discarded) forget(user, discarded[1]);
});

// A text with data-copy gets a button that copies it, where the browser lets pages do that.
for (const secret of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.textContent = secret.dataset.copy;
  button.addEventListener("click", () => navigator.clipboard.writeText(secret.textContent).then(() => (button.textContent = secret.dataset.copied)));
  secret.after(button);
}

// The demo's clock runs on while the page is open.
const clock = document.querySelector("[data-clock]");
if (clock) {
  const began = performance.now();
  const [day, shown] = clock.textContent.split(" ");
  const [hours, minutes] = shown.split(":").map(Number);
  const second = new Date(clock.dataset.clock).getUTCSeconds();
  setInterval(() => {
    const total = hours * 60 + minutes + Math.floor((second + (performance.now() - began) / 1000) / 60);
    if (total >= 1440) return location.reload();
    clock.textContent = `${day} ${String(Math.floor(total / 60)).padStart(2, "0")}:${String(total % 60).padStart(2, "0")}`;
  }, 1000);
}
