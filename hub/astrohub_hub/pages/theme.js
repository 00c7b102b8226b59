// Light or dark: what was chosen here before, else what the system prefers. Shared with JupyterHub's own pages.
(() => {
  const key = "jupyterhub-bs-theme";
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try { return localStorage.getItem(key); } catch { return null; }
  };
  const apply = () => {
    const choice = stored();
    const dark = choice === "dark" || (choice !== "light" && system.matches);
    document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
  };
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("dark-theme-toggle")?.addEventListener("click", () => {
      const dark = document.documentElement.getAttribute("data-bs-theme") === "dark";
      try { localStorage.setItem(key, dark ? "light" : "dark"); } catch { /* a private window keeps nothing */ }
      document.documentElement.setAttribute("data-bs-theme", dark ? "light" : "dark");
    });
  });
})();
