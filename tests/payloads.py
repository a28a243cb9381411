"""Texts, outputs and names that would run, load or write where a person looks at them, and honest ones beside them.

What runs says so: it sets ``window.ran``, or asks for an address with ``ran`` in it. What loads asks for an address of
``elsewhere.test``.
"""

RUN = "window.ran=1;fetch('/api/contents/ran',{method:'PUT',body:'{}'})"
AWAY = "http://elsewhere.test"
_DATA = "data:text/html;base64,PHNjcmlwdD53aW5kb3cucmFuPTE8L3NjcmlwdD4="
_SVG = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIG9ubG9hZD0id2luZG93LnJhbj0xIi8+"

TEXTS = {
    "script": f"<script>{RUN}</script>",
    "script in words": f"a <b>c</b> <scr<script>ipt>{RUN}</script> d",
    "onerror": f'<img src=x onerror="{RUN}">',
    "onerror without end": f'<img src=x onerror="{RUN}" ',
    "slashes for spaces": f"<img/src=x/onerror={RUN}>",
    "onload of a body": f'<body onload="{RUN}">',
    "a page in the text": f"</div></body></html><html><body onload='{RUN}'>",
    "onfocus": f'<input autofocus onfocus="{RUN}">',
    "ontoggle": f'<details open ontoggle="{RUN}">x</details>',
    "onstart": f'<marquee onstart="{RUN}">x</marquee>',
    "animation": f"<style>@keyframes q{{}}</style><p style='animation-name:q' onanimationstart=\"{RUN}\">x</p>",
    "media": f'<video src=x onerror="{RUN}"></video><audio src=x onerror="{RUN}">',
    "svg": f'<svg onload="{RUN}"></svg>',
    "svg animate": f'<svg><a><animate attributeName="href" values="javascript:{RUN}"/><text y=20>x</text></a></svg>',
    "svg script": f"<svg><script>{RUN}</script></svg>",
    "svg use": f'<svg><use href="{_SVG}#x"/></svg>',
    "svg foreignObject": f'<svg><foreignObject><img src=x onerror="{RUN}"></foreignObject></svg>',
    "mathml": f'<math href="javascript:{RUN}"><mtext>x</mtext></math>',
    "mathml that changes its mind": (
        f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror={RUN}&gt;'>"
    ),
    "noscript that changes its mind": f'<noscript><p title="</noscript><img src=x onerror={RUN}>"></noscript>',
    "template": f"<template><img src=x onerror={RUN}></template>",
    "iframe": f'<iframe srcdoc="<script>parent.ran=1</script>"></iframe><iframe src="javascript:{RUN}"></iframe>',
    "object": f'<object data="{_DATA}"></object><embed src="{_DATA}">',
    "base": f'<base href="{AWAY}/"><img src="ran.png">',
    "refresh": f'<meta http-equiv="refresh" content="0;url={AWAY}/ran">',
    "form": f'<form action="/api/contents/ran" method="post"><button autofocus onfocus="{RUN}">x</button></form>',
    "style element": f"<style>@import '{AWAY}/ran.css'; body {{ background: url({AWAY}/ran.png) }}</style>",
    "link element": f'<link rel="stylesheet" href="{AWAY}/ran.css"><link rel="prefetch" href="{AWAY}/ran">',
    "style url": f'<p style="background:url({AWAY}/ran.png)">x</p>',
    "style image-set": f"<p style=\"background-image:image-set('{AWAY}/ran.png' 1x)\">x</p>",
    "style with escapes": f'<p style="background:u\\72l({AWAY}/ran.png);list-style:url({AWAY}/ran.png)">x</p>',
    "style over the page": '<div style="position:fixed;inset:0;margin:-500px;z-index:9;width:99999px">over</div>',
    "picture from elsewhere": f"![x]({AWAY}/ran.png)",
    "picture by reference": f"![x][y]\n\n[y]: {AWAY}/ran.png",
    "picture by HTML": f'<img src="{AWAY}/ran" srcset="{AWAY}/ran 2x"><picture><source srcset="{AWAY}/ran"></picture>',
    "picture of this server": "![x](/api/contents?ran) <img src='/logout?ran'> ![x](../../ran)",
    "picture without a scheme": "![x](//elsewhere.test/ran.png)",
    "svg as a picture": f"![x]({_SVG}) <img src='{_SVG}'>",
    "attachment that is missing": "![x](attachment:nothing.png)",
    "link by script": f"[x](javascript:{RUN})",
    "link in angles": f"[x](<javascript:{RUN}>)",
    "link by reference": f"[x][y] [y]\n\n[y]: javascript:{RUN}",
    "link with an entity": f"[x](java&#115;cript&colon;{RUN}) [x](&#x6a;avascript:{RUN})",
    "link with a tab": f'<a href="java&Tab;script:{RUN}">x</a> <a href=" &#14; javascript:{RUN}">x</a>',
    "link as data": f"[x]({_DATA}) <a href='{_DATA}'>x</a> <{_DATA}>",
    "link as an address": f"<javascript:{RUN}> <vbscript:x>",
    "link in large letters": f"[x](JaVaScRiPt:{RUN} 'title')",
    "title that ends": f'[x](http://a.test "\\"onmouseover={RUN}//") ![x](http://a.test/ran "\\"onerror={RUN}//")',
    "link with a picture in it": f"[![x](javascript:{RUN})](javascript:{RUN})",
    "link of another scheme": "[x](file:///etc/passwd) [x](blob:x) [x](ftp://elsewhere.test) [x](intent://x)",
    "Markdown that ends HTML": f'<a title="`"><img src=x onerror={RUN}>`">x</a>',
    "code that ends": f"`<img src=x onerror={RUN}>` ``` </code><img src=x onerror={RUN}>",
    "language of code": f'```"><img/src=x/onerror={RUN}>\nx\n```\n\n~~~html</pre><img/src=x/onerror={RUN}>\nx\n~~~',
    "mermaid": f'```mermaid\n%%{{init:{{"themeCSS":"*{{background:url({AWAY}/ran)}}","securityLevel":"loose"}}}}%%\n'
    f'graph TD\nA["<img src=x onerror={RUN}>"]\nclick A href "javascript:{RUN}"\n```',
    "heading with the name of a score": "# why-01\n\n<h2 id='why-02'>x</h2>\n\nwhy-03\n======",
    "names of things on the page": '<img name="submission_id" id="notebook-container"><a id=why-04 name=cookie></a>',
    "comment": f"<!--><img src=x onerror={RUN}>--> <!-- --!><img src=x onerror={RUN}> -->",
    "cdata": f"<![CDATA[<img src=x onerror={RUN}>]]> <?xml <img src=x onerror={RUN}>?>",
    "table": f"| a | b |\n|---|---|\n| <img src=x onerror={RUN}> | [x](javascript:{RUN}) |",
    "list of definitions": f"Term\n: <img src=x onerror={RUN}>\n\n- [x] <img src=x onerror={RUN}>",
    "nothing between": f"<img src=x\0 on\0error={RUN}> <\0script>{RUN}</script>",
    "LaTeX link": f"$\\href{{javascript:{RUN}}}{{x}}$ and $\\url{{javascript:{RUN}}}$",
    "LaTeX link in a display": f"$$\n\\href{{javascript:{RUN}}}{{x}}\n$$",
    "LaTeX link in an environment": f"\\begin{{equation}}\\href{{javascript:{RUN}}}{{y}}\\end{{equation}}",
    "LaTeX with escapes": f"\\$\\\\href{{javascript:{RUN}}}{{x}}\\$ &#36;&#92;href{{javascript:{RUN}}}{{y}}&#36;",
    "LaTeX that loads": "$\\require{HTML}\\unicode{x41}\\require{action}$",
    "LaTeX that defines": f"$\\def\\frac#1#2{{\\href{{javascript:{RUN}}}{{#1}}}}$",
    "LaTeX that repeats": "$\\newcommand\\x{\\x\\x}\\x$ $\\let\\sum\\x$ $\\renewenvironment{matrix}{x}{y}$",
    "LaTeX of HTML": f"$\\class{{x}}{{a}} \\cssId{{why-05}}{{b}} \\style{{background:url({AWAY}/ran)}}{{c}}$",
    "LaTeX of MathML": f'$\\mmlToken{{mi}}[href="javascript:{RUN}" style="background:url({AWAY}/ran)"]{{x}}$',
    "LaTeX with HTML": f"$x<img src=x onerror={RUN}>y$ $$\\text{{<img src=x onerror={RUN}>}}$$",
    "LaTeX over the page": "$\\rule{900em}{900em}\\kern-500em\\llap{over}\\hspace{-99em}\\raise900em{x}$",
    "runs backwards": "\u202e<gnp.x=crs gmi> \u202dabc \x1b[2J\x1b]8;;http://elsewhere.test/ran\x07x\x1b]8;;\x07",
}

HONEST = """The mean goes **first**, because the *variance* needs it: `var = ((x - mean) ** 2).mean(axis=0)`.

| step | formula | cost |
|:-----|:-------:|-----:|
| mean | $\\mu = \\frac{1}{m}\\sum_{i=1}^{m} x_i$ | 1 |
| variance | $\\sigma^2 = \\frac{1}{m}\\sum_i (x_i - \\mu)^2$ | 2 |

1. centre, then
2. scale:
    - with $\\epsilon = 10^{-3}$,
    - so that 0 < std and a < b & c

$$
\\hat{x} = \\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}
$$

```python
if x.ndim < 2:
    raise ValueError("a batch & a feature")
```

> As [the paper](https://arxiv.org/abs/1502.03167) says, ~~always~~ often.
"""
# The same with what a text may not keep as it was written: a heading and HTML.
HONEST_WITH_HTML = f"## My answer\n\nH<sub>2</sub>O<br>and x<sup>2</sup>\n\n{HONEST}"

OUTPUTS = {
    "html": f'<img src=x onerror="{RUN}"><script>{RUN}</script><b>bold</b>',
    "style": f'<p style="background:url({AWAY}/ran.png);color:red">x</p>',
    "link": f'<a href="javascript:{RUN}">x</a>',
}
NAMES = {
    "first_name": f"Ada<img src=x onerror={RUN}>",
    "last_name": f'Love"lace</script><script>{RUN}</script>',
    "email": f"<img src=x onerror={RUN}>@a.test",
}
