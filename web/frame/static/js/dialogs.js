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

function ask(dialog, question) {
  dialog.querySelector("#confirm-text").textContent = question;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}
