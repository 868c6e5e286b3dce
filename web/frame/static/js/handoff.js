// The page of a handoff: what is typed stays in this browser until it was sent, under the entries of kept.js, which go at logout and after
// a day; and canned phrases.
import { forget, forgetOld, keep, kept } from "./kept.js";
import "./phrases.js";

const page = document.querySelector("[data-handoff]");
const { user } = document.body.dataset;
const idOf = (form) => `handoff-${page.dataset.handoff}-${form.dataset.keep}`;

function bodyOf(form) {
  const typed = [...new FormData(form)].filter(([name, value]) => name !== "seen" && value);
  return new URLSearchParams(typed).toString();
}

// fill puts what was kept into fields that are empty: what the server sent back is newer.
function fill(form, body) {
  for (const [name, value] of new URLSearchParams(body)) {
    const field = form.elements.namedItem(name);
    if (!field || (field.value && !(field instanceof RadioNodeList))) continue;
    if (field.type === "checkbox") field.checked = true;
    else field.value = value;
  }
  const box = form.closest("details");
  if (box) box.open = true;
}

if (page) {
  forgetOld(Number(page.dataset.now));
  const done = document.querySelector(".flash.ok");
  for (const form of document.querySelectorAll("form[data-keep]")) {
    const entry = kept(user, idOf(form));
    if (entry?.sent && done) forget(user, idOf(form));
    else if (entry?.body) fill(form, entry.body);
    const note = (sent) => {
      const body = bodyOf(form);
      if (body) keep(user, idOf(form), { at: Number(page.dataset.now), body, sent });
      else forget(user, idOf(form));
    };
    form.addEventListener("input", () => note(false));
    form.addEventListener("submit", () => note(true));
  }
}
