// A form is sent once, however often the button is pressed.
export function sendOnce(form: HTMLFormElement): void {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  // Coming back by the browser's own button makes the form usable again.
  window.addEventListener("pageshow", () => (sent = false));
}
