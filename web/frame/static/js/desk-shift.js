// An appointment of one's own at a time one does not work is anybody's: that is said while it is chosen, with the nearest time that works.
import { ask } from "./desk-net.js";

export function startShift(form) {
  const box = form.querySelector("[data-own-time]");
  if (!box || !form.action.endsWith("/finish")) return;
  const [words, button] = [box.querySelector("span"), box.querySelector("button")];
  let asked = "";

  async function look() {
    const query = new URLSearchParams();
    for (const name of ["appointment", "appointment_at", "appointment_until"]) {
      const field = form.elements[name];
      if (field?.value) query.set(name, field.value);
    }
    const mine = form.querySelector('[name="appointment_for"]:checked')?.value === "mine";
    const question = mine && (query.has("appointment") || query.has("appointment_at")) ? query.toString() : "";
    if (question === asked) return;
    asked = question;
    let answer = { text: "" };
    try {
      if (question) answer = await (await ask(form.action.replace(/finish$/, `own-time?${question}`))).json();
    } catch {
      asked = ""; // the server says it again when the outcome is recorded
    }
    if (asked !== question) return; // something else was chosen meanwhile
    words.textContent = answer.text;
    box.hidden = !answer.text;
    button.hidden = !answer.nearest;
    button.textContent = answer.label ?? "";
    button.dataset.time = answer.nearest ?? "";
  }
  form.addEventListener("change", look);
  form.addEventListener("desk:filled", look);
  button.addEventListener("click", () => {
    form.elements.appointment_until.value = "";
    form.elements.appointment_at.value = button.dataset.time;
    form.elements.appointment_at.dispatchEvent(new Event("input", { bubbles: true }));
    form.elements.appointment_at.dispatchEvent(new Event("change", { bubbles: true }));
  });
  look();
}
