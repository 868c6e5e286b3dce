// A message of success leaves by itself, unless it is being read or used. One that can be undone stays as long as that.
export function startFlash() {
  const flash = document.querySelector("[data-flash].ok");
  if (!flash) return;
  const leave = () => (flash.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : flash.remove());
  setTimeout(leave, flash.querySelector("form") ? 6000 : 7000);
}
