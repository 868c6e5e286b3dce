// A form with data-confirm="question" asks before it is sent.
export function startDialogs() {
  const dialog = document.getElementById("confirm");
  if (!dialog) return;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = form.dataset.confirm;
    if (!question || form.dataset.confirmed) return;
    event.preventDefault();
    ask(dialog, question).then((yes) => {
      if (!yes) return;
      form.dataset.confirmed = "true";
      form.requestSubmit(event.submitter);
    });
  }, { capture: true });
}

// The answer is heard when it is given: the event "close" comes later, when the next question may be open already.
function ask(dialog, question) {
  dialog.querySelector("#confirm-text").textContent = question;
  return new Promise((resolve) => {
    const answered = new AbortController();
    const hear = (event, yes) => dialog.addEventListener(event, (e) => { answered.abort(); resolve(yes(e)); }, { signal: answered.signal });
    hear("submit", (e) => e.submitter?.value === "yes");
    hear("cancel", () => false);
    dialog.showModal();
  });
}
