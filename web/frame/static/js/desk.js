// The desk: digits walk through the outcome step by step, drafts save themselves, dialling asks permission first. Without this the
// page is a form like any other.
const form = document.querySelector("[data-outcome]");
if (form) {
  startSteps(form);
  startDraft(form);
  startClock(form);
  startDial();
}

// Each question is a step. The digits belong to the step at hand; an answer hands them to the next one. Backspace goes back.
function startSteps(form) {
  const all = [...form.querySelectorAll("[data-step]")];
  const shown = () => all.filter((step) => step.offsetParent !== null);
  const answered = (step) => step.querySelector("input:checked") !== null;
  let now = null;

  function moveTo(step) {
    now = step;
    for (const other of all) {
      other.classList.add("step-ready");
      other.classList.toggle("step-now", other === step);
      for (const label of other.querySelectorAll("[data-digit]")) {
        if (other === step) label.dataset.key = `Digit${label.dataset.digit}`;
        else delete label.dataset.key;
      }
    }
  }

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
  moveTo(shown().find((step) => !answered(step)) ?? shown().at(-1));
}

const longestCall = 30 * 60_000;

// What is typed is saved a second after the last change, and once a minute during a call, which keeps the lease.
function startDraft(form) {
  const saved = document.querySelector("[data-saved]");
  const lease = document.querySelector("[data-lease]");
  let timer = 0;
  let leaving = false;
  let failed = false;

  async function save() {
    clearTimeout(timer);
    if (leaving) return;
    try {
      const answer = await send(form.dataset.draft, new URLSearchParams(new FormData(form)));
      saved.textContent = saved.dataset.text.replace("{time}", answer.saved);
      lease.textContent = answer.lease;
      if (failed) document.getElementById("desk-problem").hidden = true;
      failed = false;
    } catch (problem) {
      failed = true;
      tell(problem.message);
      if (problem.passing) timer = setTimeout(save, 5000);
    }
  }
  saved.dataset.text = form.dataset.savedText;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, 1000);
  });
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
  });
  addEventListener("pageshow", () => (leaving = false));
  setInterval(() => Date.now() - Number(form.dataset.dialled ?? 0) < longestCall && save(), 60_000);
}

// The wrap-up clock runs from when the caller hangs up, or from the result of a call nobody took.
function startClock(form) {
  const box = form.querySelector("[data-wrap-up]");
  const goal = Number(box.dataset.goal);
  let since = 0;
  const start = () => (since ||= Date.now());
  box.hidden = false;
  box.querySelector("[data-hang-up]").addEventListener("click", start);
  form.addEventListener("change", (event) => event.target.name === "call_result" && event.target.value !== "reached" && start());
  setInterval(() => {
    if (!since) return;
    const seconds = Math.floor((Date.now() - since) / 1000);
    const two = (n) => String(n).padStart(2, "0");
    box.querySelector("[data-elapsed]").textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
    box.classList.toggle("over", seconds > goal);
  }, 500);
}

// The server is asked before the telephone rings: the customer may have said no a minute ago.
function startDial() {
  const dial = document.querySelector("[data-dial]");
  dial?.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await send(dial.action, new URLSearchParams(new FormData(dial)));
      form.dataset.dialled = Date.now();
      location.href = `tel:${answer.phone}`;
    } catch (problem) {
      tell(problem.message);
    }
  });
}

async function send(url, body) {
  const response = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    const problem = new Error(answer.problem ?? answer.title ?? String(response.status));
    problem.passing = response.status === 503;
    throw problem;
  }
  return answer;
}

function tell(text) {
  const box = document.getElementById("desk-problem");
  box.textContent = text;
  box.hidden = false;
}
