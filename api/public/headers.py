"""What a page for people outside says to the browser: run nothing, fetch nothing, tell nobody where you came from.

The address of such a page is a secret. So it is sent on to no other page (`no-referrer`), kept by no cache, and found
by no search engine. There is no script at all, so none may run; the one style sheet comes from here.
"""

from __future__ import annotations

PREFIX = "/public/"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

SECRET = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
"""Of every answer under a link, whatever its kind."""

PAGE = {
    **SECRET,
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Accept, Accept-Language",
}
