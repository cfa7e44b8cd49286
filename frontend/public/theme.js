// Runs before the first paint, so that neither theme nor layout flashes. The strict content security
// policy forbids inline scripts, hence a file of its own.
{
  const html = document.documentElement;
  try {
    const theme = localStorage.getItem("studio.theme");
    if (theme === "light" || theme === "dark") html.dataset.theme = theme;
    // Someone with pictures gets them at once, not the welcome.
    if (localStorage.getItem("studio.returning")) html.dataset.returning = "";
  } catch {
    // Storage is blocked: the system's theme and the welcome it is.
  }
  // The built page holds the studio's form; on other pages it must not show while the script loads.
  if (location.pathname !== "/") html.dataset.elsewhere = "";
}
