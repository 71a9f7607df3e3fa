(() => {
  "use strict";
  const findings = Array.from(document.querySelectorAll(".draft-check article"));
  const said = document.querySelector(".draft-check .said");
  const current = () => document.activeElement && document.activeElement.closest(".draft-check article");
  const copy = async (finding) => {
    const verbatim = finding && finding.querySelector("blockquote");
    if (!verbatim) return;
    const text = verbatim.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      finding.focus();
    }
    said.textContent = "Copied: " + text;
  };
  const step = (by) => {
    const at = findings.indexOf(current());
    const next = findings[at < 0 ? 0 : Math.min(findings.length - 1, Math.max(0, at + by))];
    if (next) next.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "c") copy(current() || findings[0]);
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".draft-check button.copy");
    if (button) copy(button.closest("article"));
  });
})();
