// A password may be looked at while it is typed: long ones are typed better when they are seen.
export function offerToShowPasswords(input: HTMLInputElement): void {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "as-link";
  const label = () => {
    const hidden = input.type === "password";
    button.textContent = hidden ? "Show what I type" : "Hide what I type";
    button.setAttribute("aria-pressed", String(!hidden));
  };
  button.addEventListener("click", () => {
    input.type = input.type === "password" ? "text" : "password";
    label();
  });
  input.form?.addEventListener("submit", () => (input.type = "password"));
  label();
  input.after(button);
}
