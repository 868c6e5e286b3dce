// A form that answers with a file leaves its page as it is: it can be sent again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-download]")) setTimeout(() => delete form.dataset.sent, 3000);
});
