// The choice about analytics, on pages that are files. Nothing optional is stored or loaded before a yes, a
// browser that says no has answered, and without this script nothing optional happens at all.
(() => {
  "use strict";
  const own = document.currentScript;
  const { address, site, version, seconds, served } = own.dataset;
  const name = "attune-choice";

  const refused = navigator.globalPrivacyControl === true || navigator.doNotTrack === "1";

  // Where a browser keeps no cookies (files opened from a disk), an answer holds for this page.
  let said;

  /** What was chosen beneath this version of the text: "yes", "no" or undefined. */
  const chosen = () => {
    const values = document.cookie
      .split(";")
      .map((pair) => pair.trim().split("="))
      .filter(([key]) => key === name)
      .map(([, value]) => (value || "").split("."));
    if (values.length !== 1 || values[0][0] !== version) return said;
    return ["yes", "no"].includes(values[0][1]) ? values[0][1] : said;
  };

  const remember = (answer) => {
    said = answer;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${version}.${answer}.yes; Path=/; Max-Age=${seconds}; SameSite=Lax${secure}`;
  };

  let loaded = false;
  const load = () => {
    if (loaded || refused || chosen() !== "yes") return;
    loaded = true;
    window._paq = [
      ["disableCookies"],
      ["setDoNotTrack", true],
      ["setTrackerUrl", `${address}matomo.php`],
      ["setSiteId", site],
      ["trackPageView"],
    ];
    const script = document.createElement("script");
    script.src = `${address}matomo.js`;
    script.async = true;
    document.head.append(script);
  };

  const show = () => {
    const answer = chosen();
    const banner = document.getElementById("choice");
    if (banner && served === "false") banner.hidden = refused || answer !== undefined;
    const line = document.getElementById("chosen");
    if (line && served === "false") {
      const { browser, yes, no, nothing } = line.dataset;
      line.textContent = refused ? browser : ({ yes, no }[answer] ?? nothing);
    }
  };

  const start = () => {
    show();
    load();
    if (served !== "false") return;
    for (const form of document.querySelectorAll("form[data-choice]")) {
      form.hidden = false;
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const wasLoaded = loaded;
        remember(event.submitter && event.submitter.value === "yes" ? "yes" : "no");
        if (chosen() === "no" && wasLoaded) location.reload();
        const inBanner = form.closest("#choice") !== null;
        show();
        load();
        if (inBanner) document.getElementById("text").focus();
      });
    }
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
