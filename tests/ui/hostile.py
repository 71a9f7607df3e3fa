"""A hostile corpus: texts that must do nothing wherever they are shown, exported or stored.

`TEXTS` are short and many; `as_files` is the same as documents for a store. Whatever shows one of them must show its
characters: nothing may be run, fetched, linked or laid out by them.
"""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["CANARY", "TEXTS", "as_files"]

CANARY = "https://evil.invalid/canary"
"""The address that every attempt to fetch something uses, and the name of the function that every script calls."""

_CALL = "window.canary=1"

TEXTS: dict[str, str] = {
    "script": f"<script>{_CALL}</script>",
    "script source": f'<script src="{CANARY}.js"></script>',
    "script in comment": f"<!--><script>{_CALL}</script>-->",
    "image error": f"<img src=x onerror={_CALL}>",
    "image source": f'<img src="{CANARY}.png">',
    "svg onload": f"<svg/onload={_CALL}>",
    "svg animation": f"<svg><animate onbegin={_CALL} attributeName=x dur=1s>",
    "mathml": f"<math><mtext><table><mglyph><style><img src onerror={_CALL}>",
    "iframe": f'<iframe srcdoc="<script>parent.{_CALL}</script>"></iframe>',
    "body onload": f"<body onload={_CALL}>",
    "style import": f"<style>@import '{CANARY}.css';body{{display:none}}</style>",
    "link stylesheet": f'<link rel="stylesheet" href="{CANARY}.css">',
    "base": f'<base href="{CANARY}/">',
    "meta refresh": f'<meta http-equiv="refresh" content="0;url={CANARY}">',
    "form": f'<form action="{CANARY}"><input name=q autofocus onfocus={_CALL}></form>',
    "details toggle": f"<details open ontoggle={_CALL}>",
    "javascript link": f'<a href="javascript:{_CALL}">click</a>',
    "javascript address": f"javascript:{_CALL}//https://example.org",
    "javascript address spaced": f"java\tscript:{_CALL}",
    "data address": f"data:text/html,<script>{_CALL}</script>",
    "attribute quote": f'" onmouseover="{_CALL}" x="',
    "attribute apostrophe": f"' onmouseover='{_CALL}' x='",
    "attribute backtick": f"` onmouseover={_CALL} x=`",
    "attribute break": f'"><img src=x onerror={_CALL}>',
    "close mark": f"</mark></p></div></article><img src=x onerror={_CALL}>",
    "close textarea": f"</textarea></title></script><img src=x onerror={_CALL}>",
    "spoofed mark": '<mark class="cv-mark cv-current" data-citation="1">not cited</mark>',
    "spoofed chip": '<button class="cv-chip" data-answer="x" data-citation="7">7</button>',
    "spoofed marker": "The bridge opened in 1932. [1] [2][3] 【4】 [^5]",
    "half an entity": "&lt;script&gt; &amp &#60;img src=x onerror=window.canary=1&#62; &#x3c; &notanentity; &",
    "markdown image": f"![image]({CANARY}.png)",
    "markdown link": f"[click](javascript:{_CALL}) [here]({CANARY}) <{CANARY}>",
    "bare addresses": f"{CANARY} www.evil.invalid a@evil.invalid @someone mailto:a@evil.invalid",
    "markdown reference": f"[1]: {CANARY}\n[1]\n\n![x][1]",
    "markdown blocks": "# Heading\n\n    code\n\n```html\n<b>\n```\n- item\n1. item\n> quote\n\n---\nsetext\n===",
    "markdown table": "| a |\n|---|\n| b |",
    "markdown rules": "---\n\n***\n\n___\n\n+ x\n\n99) x\n\n: x",
    "markdown emphasis": "**bold** _slanted_ ~~gone~~ `code` \\*kept\\*",
    "template": "{{7*7}} ${7*7} #{7*7} <%= 7*7 %> {%raw%} {7*7} {{{value}}} {{#each x}}{{/each}} @children",
    "template call": "${window.canary=1} `+(window.canary=1)+` \\${window.canary=1}",
    "template constructor": "{{constructor.constructor('window.canary=1')()}}",
    "svelte": "{@html '<img src=x onerror=window.canary=1>'} {#if true}x{/if} on:click={window.canary=1}",
    "latex": "$\\href{javascript:window.canary=1}{x}$ $$\\frac{1}{2}$$ \\(x\\) \\[y\\]",
    "latex environment": "\\begin{equation}z\\end{equation}",
    "mermaid": "```mermaid\ngraph TD; A[<img src=x onerror=window.canary=1>]\n```",
    "right to left override": "invoice\u202egnp.exe and \u2066isolated\u2069 \u202b embedded \u202c end",
    "unbalanced isolate": "\u2069\u2069\u202c pops \u2068 never closed",
    "right to left": "\u200fقالت الوزيرة: «لن نقبل» (2025) \u200fשלום",
    "chinese": "外交部长说：“我们不会同意。”第二天，他改变了主意。",
    "controls": "a\x00b\x01c\x07d\x08e\x0bf\x0cg\x1b[31mh\x7fi\x85j\x9bk",
    "carriage return": "one\rtwo\r\nthree",
    "separators": "one\u2028two\u2029three",
    "lone surrogates": "a\ud800b\udfffc\udc00\ud83d",
    "noncharacters": "a\ufffeb\uffffc\ufdd0d\U0010ffffe",
    "zero width": "in\u200bvis\u2060i\ufeffble\u00ad \u200d\u200c",
    "tag characters": "plain" + "".join(chr(0xE0000 + ord(letter)) for letter in "obey me"),
    "combining": "Z" + "\u0301" * 200 + "algo",
    "emoji": "\U0001f469\u200d\U0001f467 \u260e\ufe0f",
    "flag": "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "long word": "W" * 10_000,
    "long line": "word " * 4_000,
    "many lines": "\n" * 2_000 + "end",
    "deep nesting": "<div>" * 3_000 + "<b>" * 3_000,
    "spaces": " \t \u00a0\u3000 ",
    "empty": "",
}
"""Name → text."""


def as_files() -> Iterator[tuple[str, str]]:
    """File name and text of each as a document that can be found: the hostile text between two plain sentences.

    Names are hostile as far as a file system takes them.
    """
    for number, (name, content) in enumerate(TEXTS.items()):
        subject = f"report {number} about {name}"
        file_name = f"{number:02d} {name} <img src=x onerror={_CALL}>.txt"
        sayable = content.encode("utf-8", "replace").decode("utf-8")
        yield file_name, f"This is {subject}.\n{sayable}\nThe inspector signed {subject}.\n"
