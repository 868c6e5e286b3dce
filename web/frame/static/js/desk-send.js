// What is done at the desk is done without a page load: the answer is a page whose main part takes the place of the one that is shown.
// An outcome that cannot be sent is kept with its fence and sent when the connection is back.
import { ask, forgetProblems, tell, words } from "./desk-net.js";
import { beginSending, bodyOf, endSending } from "./desk-draft.js";
import { startFlash } from "./flash.js";
import { forget, keep, waiting } from "./kept.js";

const retryAfter = 3000;
let busy = false;
let mount = () => {};

// show puts the page of an answer in the place of the one that is shown.
async function show(response) {
  if (response.redirected && new URL(response.url).pathname !== "/desk") return location.assign(response.url);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  replace(document.querySelector("main"), page.querySelector("main"));
  document.querySelectorAll("[data-flash]").forEach((e) => e.remove());
  const flash = page.querySelector("[data-flash]");
  if (flash) document.querySelector("main").before(document.importNode(flash, true));
  history.replaceState(null, "", "/desk");
  forgetProblems();
  startFlash();
  mount(response.status);
}

function replace(old, fresh) {
  if (old && fresh) old.replaceWith(document.importNode(fresh, true));
}

// post sends a form. Who presses twice has pressed once.
export async function post(form, submitter) {
  if (busy) return;
  busy = true;
  const outcome = form.matches("[data-outcome]");
  const body = new URLSearchParams(bodyOf(form));
  if (submitter?.name) body.append(submitter.name, submitter.value);
  if (outcome) beginSending(form, form.action, body.toString());
  form.setAttribute("aria-busy", "true");
  let arrived = false;
  try {
    const response = await (outcome ? sendSurely(form, body) : ask(form.action, { body }));
    arrived = response.status !== 422;
    if (outcome) endSending(form.dataset.id, arrived);
    await show(response);
  } catch (problem) {
    if (outcome && !arrived) endSending(form.dataset.id, false);
    if (problem.status) tell("send", problem.message); // that the connection is lost is said already
  } finally {
    busy = false;
    form.removeAttribute("aria-busy");
  }
}

// sendSurely sends an outcome as often as it takes, while nothing but the connection stands in its way.
async function sendSurely(form, body) {
  for (;;) {
    try {
      const response = await ask(form.action, { body });
      return response;
    } catch (problem) {
      if (!problem.passing) throw problem;
      tell("wait", words().waiting);
      await backOnline();
    }
  }
}

const backOnline = () => new Promise((resolve) => {
  document.addEventListener("desk:online", resolve, { once: true });
  setTimeout(resolve, retryAfter);
});

// sendKept sends the outcomes of an earlier page that never arrived. What is refused is what was typed, no more.
async function sendKept() {
  for (const [id, entry] of waiting(words().user)) {
    busy = true;
    try {
      const response = await ask(entry.url, { body: new URLSearchParams(entry.body) });
      if (response.status === 422) keep(words().user, id, { ...entry, url: "" });
      else forget(words().user, id);
      await show(response);
    } catch (problem) {
      if (problem.passing) {
        tell("wait", words().waiting);
        setTimeout(sendKept, retryAfter);
        continue;
      }
      keep(words().user, id, { ...entry, url: "" });
      tell("kept", problem.message);
    } finally {
      busy = false;
    }
  }
}

// watchForms is called once, with what prepares a page that was put in place.
export function watchForms(prepare) {
  mount = prepare;
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-in-place]")) return;
    event.preventDefault();
    post(event.target, event.submitter);
  }, { capture: true });
  document.addEventListener("desk:online", () => busy || sendKept());
  sendKept();
}

// refresh shows the desk anew while it is empty: the reasons and, as soon as there is one, what can be claimed. Where the focus is, it
// stays.
export async function refresh() {
  if (busy || document.querySelector("details[open]:not(#notices-read), dialog[open]")) return;
  const response = await ask("/desk");
  const page = new DOMParser().parseFromString(await response.clone().text(), "text/html");
  if (busy) return;
  if (!page.getElementById("desk-empty")) return show(response);
  for (const id of ["desk-notices", "desk-empty", "desk-upstream", "desk-foot"]) {
    const old = document.getElementById(id);
    const fresh = page.getElementById(id);
    if (!old || !fresh || old.outerHTML === fresh.outerHTML) continue;
    const inside = old.contains(document.activeElement) ? document.activeElement.dataset.key : "";
    replace(old, fresh);
    if (inside) document.querySelector(`#${id} [data-key="${CSS.escape(inside)}"]`)?.focus();
  }
}
