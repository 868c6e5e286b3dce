// The roster is typed like a spreadsheet: Enter goes down, with Shift up, and nothing typed is lost by leaving the page.
const form = document.querySelector("[data-roster]");

if (form) {
  const cells = () => [...form.querySelectorAll("td .field")];
  const changed = () => cells().some((cell) => cell.value.trim() !== cell.previousElementSibling.value);
  let sent = false;

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey || !event.target.matches("td .field")) return;
    event.preventDefault();
    const across = event.target.closest("tr").querySelectorAll("td .field").length;
    cells()[cells().indexOf(event.target) + (event.shiftKey ? -across : across)]?.focus();
  });
  form.addEventListener("focusin", (event) => event.target.matches("td .field") && event.target.select());
  form.addEventListener("input", (event) => {
    const cell = event.target;
    cell.classList.toggle("changed", cell.value.trim() !== cell.previousElementSibling?.value);
    const known = form.querySelector("[name=known]");
    known.value = 0; // what was shown to become anybody's was of other cells
  });
  form.addEventListener("submit", () => (sent = true));
  addEventListener("beforeunload", (event) => !sent && changed() && event.preventDefault());
}
