// The desk. Without this the page is a form like any other; with it nothing typed is lost, digits walk through the outcome, and one
// callback follows the other without a page load.
import { ask, now, setClock, showProblems, tell } from "./desk-net.js";
import { startDraft, watchLeaving } from "./desk-draft.js";
import { offerWayOut, startBeat, watchBeat } from "./desk-beat.js";
import { startClocks } from "./desk-clocks.js";
import { watchNotices } from "./desk-notices.js";
import { focusError, startSteps } from "./desk-steps.js";
import { watchForms } from "./desk-send.js";
import { forgetOld } from "./kept.js";
import { ring } from "./dial.js";
import { startShift } from "./desk-shift.js";

// mount prepares the page that is shown, first or put in place of another.
function mount(status) {
  setClock();
  const said = document.querySelector("[data-said]");
  if (said) tell("beat", said.textContent);
  said?.remove();
  showProblems();
  const form = document.querySelector("[data-outcome]");
  if (form) {
    startSteps(form);
    startDraft(form);
    startShift(form);
    startDial(form);
    if (form.querySelector(".error:not(.warn-never)")) focusError(form);
  } else if (status) document.querySelector("[autofocus]")?.focus();
  startClocks();
  startBeat();
}

// The server is asked before the telephone rings: the customer may have said no a minute ago.
function startDial(form) {
  const dial = document.querySelector("[data-dial]");
  dial?.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (dial.getAttribute("aria-busy")) return; // a second press is no second call
    dial.setAttribute("aria-busy", "true");
    try {
      const answer = await (await ask(dial.action, { body: new URLSearchParams(new FormData(dial)) })).json();
      tell("dial", "");
      dial.elements.rung.value = answer.rung;
      form.dataset.dialled ??= now() * 1000;
      ring(answer, (text) => tell("dial", text));
    } catch (problem) {
      tell("dial", problem.message);
      dial.elements.rung.value = problem.answer?.rung ?? dial.elements.rung.value; // the next press is meant
      offerWayOut(problem.answer?.reason);
    } finally {
      dial.removeAttribute("aria-busy");
    }
  });
}

// A box that takes the digits takes the focus too: they are no text of the note.
document.addEventListener("toggle", (event) => {
  if (event.target.matches("[data-takes-digits][open]")) event.target.querySelector("button").focus();
}, { capture: true });

mount();
forgetOld(now());
watchLeaving();
watchBeat();
watchNotices();
watchForms(mount);
