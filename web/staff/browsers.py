"""What a browser calls itself, in words."""

from __future__ import annotations

# The first that occurs counts: nearly every browser also says it is Chrome, Safari and Mozilla.
_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrom": "Chrome", "Safari": "Safari"}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Macintosh": "Mac",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def browser_in_words(user_agent: str) -> str:
    """For example "Firefox on Linux"."""
    browser = next((name for sign, name in _BROWSERS.items() if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS.items() if sign in user_agent), "")
    return " on ".join(part for part in (browser, system) if part) or "Some program"
