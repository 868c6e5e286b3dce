// What supervisors pin stands on the desk at the next word from the server, without touching what is typed. A notice that was read is said
// to be so in place.
import { ask, tell } from "./desk-net.js";

let asked = "";

async function put(request) {
  try {
    const page = new DOMParser().parseFromString(await (await request).text(), "text/html");
    const old = document.getElementById("desk-notices");
    const fresh = document.importNode(page.getElementById("desk-notices"), true);
    if (old.querySelector("details[open]")) fresh.querySelector("details")?.setAttribute("open", "");
    old.replaceWith(fresh);
    tell("notices", "");
  } catch (problem) {
    if (problem.status && !problem.passing) tell("notices", problem.message);
  }
}

const about = () => {
  const id = document.querySelector("[data-outcome]")?.dataset.id;
  return id ? `?callback=${id}` : "";
};

// heardNotices is told which notices there are, by their tag.
export async function heardNotices(tag) {
  if (!tag || tag === asked || tag === document.getElementById("desk-notices")?.dataset.tag) return;
  asked = tag;
  await put(ask(`/desk/notices${about()}`));
  asked = "";
}

// watchNotices is called once.
export function watchNotices() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-notice]")) return;
    event.preventDefault();
    put(ask(form.action + about(), { body: new URLSearchParams(new FormData(form)) }));
  }, { capture: true });
}
