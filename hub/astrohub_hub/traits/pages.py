"""The hub's own pages: their look, their cookies, their security headers."""

from __future__ import annotations

from pathlib import Path

from traitlets.config import Config

from ..settings import Settings

__all__ = ["PAGES", "SECURITY_HEADERS", "apply"]

# Templates that extend JupyterHub's own, with the styles and scripts they include.
PAGES = Path(__file__).parent.parent / "pages"

# The hub's pages carry small inline scripts and styles; everything else comes from the hub itself.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)

SECURITY_HEADERS: dict[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def apply(c: Config, settings: Settings) -> None:
    """Set templates, headers, cookies (never sent along by other sites) and where a log-in leads."""
    c.JupyterHub.template_paths = [str(PAGES)]
    c.JupyterHub.logo_file = str(PAGES / "mark.svg")
    c.JupyterHub.template_vars = {
        "site_name": settings.site_name,
        "public_url": settings.public_url,
        "has_notebooks": settings.services.notebooks is not None,
    }
    c.JupyterHub.cookie_max_age_days = settings.sessions.days
    c.JupyterHub.redirect_to_server = True
    c.JupyterHub.shutdown_on_logout = False
    c.JupyterHub.tornado_settings = {
        "headers": SECURITY_HEADERS,
        "cookie_options": {"samesite": "Lax"},
        "slow_spawn_timeout": 0,  # show the progress page at once instead of holding the request
    }
