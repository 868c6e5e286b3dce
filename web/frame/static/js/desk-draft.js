// What is typed is kept in the browser at once, and on the server a second after the last change, when the page is left or hidden, and
// once a minute during a call, which keeps the lease.
import { heardNotices } from "./desk-notices.js";
import { ask, now, tell, words } from "./desk-net.js";
import { forget, heard, keep, kept } from "./kept.js";

const longestCall = 30 * 60_000;
const longestSave = 5000; // that somebody who logs out waits for
const largest = 60_000; // of what browsers send while a page goes away

const theForm = () => document.querySelector("[data-outcome]");
export const bodyOf = (form) => new URLSearchParams(new FormData(form)).toString();

let dirty = false; // something is typed that the server has not got
let timer = 0;
let failed = false;
let sending = false; // an outcome is on its way: it has everything that was typed
let leaves = false; // whoever logs out was told that it has not arrived, and nothing was typed since
let focused = null; // where the caller was when it was sent

const entryOf = (form, more) => ({ fence: form.elements.fence.value, at: now(), body: bodyOf(form), ...more });

function typed(form) {
  dirty = true;
  leaves = false;
  if (kept(words().user, form.dataset.id)?.url) return; // an outcome is on its way, from this tab or another
  keep(words().user, form.dataset.id, entryOf(form));
  clearTimeout(timer);
  timer = setTimeout(save, 1000);
}

// save puts what is typed on the server.
export async function save() {
  clearTimeout(timer);
  const form = theForm();
  if (!form || sending) return;
  const body = bodyOf(form);
  try {
    const answer = await (await ask(form.dataset.draft, { body })).json();
    heardNotices(answer.notices);
    if (form !== theForm()) return;
    const saved = document.querySelector("[data-saved]");
    saved.textContent = form.dataset.savedText.replace("{time}", answer.saved);
    document.querySelector("[data-lease]").textContent = answer.lease;
    if (failed) tell("draft", "");
    failed = false;
    document.dispatchEvent(new Event("desk:saved"));
    if (bodyOf(form) !== body) return; // typed on meanwhile: the next save has it
    dirty = false;
    if (!kept(words().user, form.dataset.id)?.url) forget(words().user, form.dataset.id);
  } catch (problem) {
    if (form !== theForm()) return;
    document.querySelector("[data-saved]").textContent = words().kept;
    failed = true;
    if (problem.status) tell("draft", problem.message);
    if (problem.passing) timer = setTimeout(save, 5000);
  }
}

// saveLeaving saves while the page goes away. What is too large for that stays in the browser.
export function saveLeaving() {
  const form = theForm();
  if (!form || !dirty || sending) return;
  const body = bodyOf(form);
  if (body.length > largest) return;
  dirty = false;
  const headers = { Accept: "application/json", "Desk-User": words().user, "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8" };
  fetch(form.dataset.draft, { method: "POST", body, headers, keepalive: true }).catch(() => {});
}

// beginSending holds back drafts while an outcome is on its way, and keeps it in the browser until it has arrived.
export function beginSending(form, url, body) {
  sending = true;
  focused = form.contains(document.activeElement) ? document.activeElement : null;
  form.inert = true; // what is typed now would be in neither
  clearTimeout(timer);
  keep(words().user, form.dataset.id, entryOf(form, { url, body }));
}

// endSending tells what became of the outcome: it arrived, or it is a draft again.
export function endSending(id, arrived) {
  sending = false;
  if (arrived) {
    dirty = false;
    failed = false;
    forget(words().user, id);
    return;
  }
  const form = theForm();
  if (form?.dataset.id !== id) return;
  form.inert = false;
  focused?.focus();
  keep(words().user, id, entryOf(form));
  dirty = true;
  timer = setTimeout(save, 1000);
}

// restore puts what this browser kept into the form, if it is newer than what the server has.
function restore(form) {
  const entry = kept(words().user, form.dataset.id);
  if (!entry || entry.at <= Number(form.dataset.draftAt)) return;
  const ofThisCall = entry.fence === form.elements.fence.value;
  fill(form, new URLSearchParams(entry.body), ofThisCall ? "" : "input, select"); // of another call only the words
  form.dispatchEvent(new Event("desk:filled"));
  if (!entry.url) save();
}

function fill(form, values, except = "") {
  for (const field of form.elements) {
    if (!field.name || field.name === "fence" || field.name === "then" || (except && field.matches(except))) continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = values.getAll(field.name).includes(field.value);
    else if (values.has(field.name)) field.value = values.get(field.name);
  }
  for (const more of form.querySelectorAll(".more:has(input:checked)")) more.previousElementSibling.querySelector("[data-more]").checked = true;
}

// startDraft begins to keep what is typed in a form that has just been put on the page.
export function startDraft(form) {
  dirty = false;
  failed = false;
  form.addEventListener("input", () => typed(form));
  restore(form);
}

// hearOtherTab puts what is typed in another tab of the same desk into this one: otherwise the older text would be saved over it.
function hearOtherTab(event) {
  const form = theForm();
  const entry = form && !sending && heard(event, words().user, form.dataset.id);
  if (!entry) return;
  fill(form, new URLSearchParams(entry.body));
  form.dispatchEvent(new Event("desk:filled"));
}

// Whoever logs out waits until what they typed has arrived: afterwards the server takes nothing of theirs, and the browser keeps nothing.
// Where it does not arrive, that is said, and logging out once more is meant.
async function saveFirst(event) {
  const { target: form, submitter } = event;
  event.preventDefault();
  event.stopImmediatePropagation();
  leaves = true;
  await Promise.race([save(), new Promise((resolve) => setTimeout(resolve, longestSave))]);
  if (dirty || failed) return tell("draft", words().unsaved);
  form.requestSubmit(submitter);
}

function onSubmit(event) {
  const form = event.target;
  if (form.matches("[data-outcome], dialog form")) return;
  const out = new URL(form.action, location.href).pathname === "/logout";
  if (out && theForm() && (dirty || failed) && !sending && !leaves) saveFirst(event);
  else saveLeaving();
}

// watchLeaving is called once.
export function watchLeaving() {
  addEventListener("pagehide", saveLeaving);
  addEventListener("storage", hearOtherTab);
  document.addEventListener("visibilitychange", () => document.hidden && saveLeaving());
  document.addEventListener("submit", onSubmit, { capture: true });
  document.addEventListener("desk:online", () => theForm() && (dirty || failed) && save());
  setInterval(() => now() - Number(theForm()?.dataset.dialled ?? 0) / 1000 < longestCall && save(), 60_000);
}
