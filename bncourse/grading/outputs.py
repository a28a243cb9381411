"""What a submission shows, as a notebook may keep it: the room may say anything, and little of it is taken over."""

import re

MOST_OUTPUT = 20_000_000
MOST_HTML = 200_000
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def clean_outputs(told):
    """Give only what is a notebook's output, within bounds; the room may say anything."""
    kept, size = [], 0
    for output in told if isinstance(told, list) else []:
        if not isinstance(output, dict) or len(kept) >= 200:
            continue
        kind = output.get("output_type")
        if kind == "stream":
            text = str(output.get("text"))[:300_000]
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            found = {"output_type": "stream", "name": name, "text": text}
            size += len(text)
        elif kind == "error":
            lines = output.get("traceback")
            lines = [str(line)[:4_000] for line in lines[:100]] if isinstance(lines, list) else []
            found = stopped(str(output.get("ename"))[:200], str(output.get("evalue"))[:2_000], lines)
        elif kind in ("display_data", "execute_result") and isinstance(output.get("data"), dict):
            data = _shown(output["data"])
            size += sum(map(len, data.values()))
            found = {"output_type": "display_data", "data": data, "metadata": {}}
        else:
            continue
        if size > MOST_OUTPUT:
            break
        kept.append(found)
    return kept


def _shown(told):
    """Give what may be shown of a display: Formgrader puts it into a page that may change every grade."""
    data = {key: text for key, text in told.items() if isinstance(key, str) and isinstance(text, str)}
    shown = {"text/plain": data["text/plain"]} if "text/plain" in data else {}
    shown |= {key: data[key] for key in ("image/png", "image/jpeg") if _BASE64.fullmatch(data.get(key, "-"))}
    for key in ("text/latex", "text/markdown"):  # it may hold HTML of any kind, so it is shown as it is written
        if key in data:
            shown["text/plain"] = data[key]
    if "text/html" in data and len(data["text/html"]) <= MOST_HTML:
        from bncourse.grading.harmless import harmless  # few submissions show HTML

        shown["text/html"] = harmless(data["text/html"])
    return shown


def stopped(kind, message, lines=()):
    return {"output_type": "error", "ename": kind, "evalue": message, "traceback": list(lines) or [message]}
