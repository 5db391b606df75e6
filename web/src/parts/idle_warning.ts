// Two minutes before a person is signed out for doing nothing, the page says so and offers to stay.
// The server decides; this only tells. `data-idle-seconds` on the body is its limit.
export function warnBeforeSignOut(body: HTMLElement): void {
  const limit = Number(body.dataset["idleSeconds"]);
  if (!Number.isFinite(limit) || limit <= 0) return;
  const warnAfter = Math.max(limit - 120, limit / 2);
  const notice = document.createElement("div");
  notice.className = "notice caution staying";
  notice.setAttribute("role", "alert");
  let timer = 0;
  const start = () => {
    notice.remove();
    window.clearTimeout(timer);
    timer = window.setTimeout(warn, warnAfter * 1000);
  };
  const stay = document.createElement("button");
  stay.type = "button";
  stay.className = "quiet";
  stay.textContent = "Stay signed in";
  stay.addEventListener("click", async () => {
    const answer = await fetch("/account/still-here", { headers: { accept: "application/json" } });
    if (answer.ok) start();
    else window.location.reload();
  });
  const warn = () => {
    const words = document.createElement("p");
    words.textContent = "You will be signed out soon because nothing was done on this page.";
    notice.replaceChildren(words, stay);
    body.querySelector("main")?.prepend(notice);
  };
  start();
}
