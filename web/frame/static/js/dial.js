// What follows when a call is permitted: the PBX rings the caller, or the caller's own telephone dials. Where the PBX could not be asked,
// the desk says why, and the own telephone is one key away.
export function ring(answer, tell) {
  const box = document.getElementById("desk-ringing");
  const own = box?.querySelector("[data-own-phone]");
  if (!box || (!answer.rings && !answer.problem)) {
    location.href = answer.link;
    return;
  }
  own.href = answer.link;
  own.hidden = false;
  box.querySelector("[data-asked]").hidden = !answer.rings;
  box.hidden = false;
  if (answer.problem) tell(answer.problem);
}
