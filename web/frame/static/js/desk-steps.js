// The outcome is walked through by digits. Each question is a step: the digits belong to the step at hand, and an answer hands them to
// the next one. Backspace goes back. The digit of a call nobody took is the whole outcome. A rating has keys of its own, Shift and its
// digit: a digit pressed once too often would give one.
import { post } from "./desk-send.js";

const calm = 500; // milliseconds in which a digit that was meant for the callback before finishes nothing

export function startSteps(form) {
  const began = performance.now();
  const all = [...form.querySelectorAll("[data-step]")];
  const shown = () => all.filter((step) => step.offsetParent !== null);
  const answered = (step) => step.querySelector("input:checked") !== null;
  let now = null;

  // A box with digits of its own has them while it is open.
  const taken = () => document.querySelector("details[data-takes-digits][open]") !== null;

  const tooSoon = (label) => label.matches("[data-alone]") && performance.now() - began < calm;

  function moveTo(step) {
    now = step;
    for (const other of all) {
      other.classList.add("step-ready");
      other.classList.toggle("step-now", other === step);
      for (const label of other.querySelectorAll("[data-digit]")) {
        if (other === step && !taken() && !tooSoon(label)) label.dataset.key = `Digit${label.dataset.digit}`;
        else delete label.dataset.key;
      }
    }
  }
  const moveOn = () => moveTo(shown().find((step) => !answered(step)) ?? shown().at(-1));

  form.addEventListener("change", (event) => {
    const step = event.target.closest("[data-step]");
    if (!step) return;
    if (step.hasAttribute("data-many")) return moveTo(step);
    moveTo(shown()[shown().indexOf(step) + 1] ?? step);
  });
  form.addEventListener("focusin", (event) => {
    const step = event.target.closest("[data-step]");
    if (step && !event.target.matches(":active")) moveTo(step);
  });
  form.querySelector("[data-back]").addEventListener("click", () => {
    const steps = shown();
    moveTo(steps[Math.max(0, steps.indexOf(now) - 1)]);
  });
  form.addEventListener("desk:filled", moveOn);
  form.addEventListener("key", (event) => {
    if (event.target.matches("[data-alone]")) post(form, form.querySelector('[name="then"][value="next"]'));
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && event.target.matches("input")) event.preventDefault(); // finishes nothing
  });
  startTimes(form);
  for (const box of document.querySelectorAll("details[data-takes-digits]")) box.addEventListener("toggle", () => moveTo(now));
  moveOn();
  setTimeout(() => form.isConnected && moveTo(now), calm);
}

// An appointment has one time: a proposed one, or another, which may be a span.
function startTimes(form) {
  form.addEventListener("input", (event) => {
    if (event.target.name === "appointment") form.elements.appointment_at.value = form.elements.appointment_until.value = "";
    if (event.target.name !== "appointment_at") return;
    for (const radio of form.querySelectorAll('[name="appointment"]')) radio.checked = false;
  });
}

// focusError leads to the first thing that is wrong with a refused outcome.
export function focusError(form) {
  const error = [...form.querySelectorAll(".error")].find((e) => e.offsetParent !== null && !e.matches(".warn-never"));
  const field = error?.closest("label, fieldset")?.querySelector("textarea, input:checked, input, select");
  field?.focus();
  error?.scrollIntoView({ block: "center" });
}
