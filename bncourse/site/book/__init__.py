"""The readable edition of the course: ``bncourse book``.

`execution` runs the notebooks and remembers what they showed, `pages` turns them into what a reader sees, `site`
lets Sphinx make the HTML, `mathematics` writes formulas so that no network is needed, `answers` looks through what
was made before anybody else can.
"""
