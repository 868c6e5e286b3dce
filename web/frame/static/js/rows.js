// A list that is walked by keys: the buttons with data-row-step, which J and K press, and the arrows move the focus among the links of
// the rows; Enter opens the one that has it, as it opens every link.
const links = () => [...document.querySelectorAll("[data-rows] [data-row]")];

function step(by) {
  const all = links();
  const at = all.indexOf(document.activeElement);
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-row-step]");
  if (button) step(Number(button.dataset.rowStep));
});

const free = (element) => element === document.body || element.matches("[data-row], [data-row-step]");

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.code];
  if (!by || !free(event.target) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  step(by);
});
