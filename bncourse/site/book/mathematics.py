"""Formulas in TeX become MathML while the book is made: a browser shows it without a script, a font or a network."""

from sphinx.util import logging

from bncourse.templates import inline

log = logging.getLogger(__name__)


def setup(app):
    """Offer the renderer to Sphinx, under the name "mathml"."""
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def to_mathml(tex, display="inline"):
    """Return a formula as a ``<math>`` element; its TeX stands in ``alttext``.

    Raises
    ------
    ValueError
        If the formula cannot be read.

    Examples
    --------
    >>> to_mathml("x^2").startswith("<math ")
    True
    """
    from latex2mathml.converter import convert

    try:
        element = convert(tex, display=display)
    except Exception as error:  # the library raises a dozen kinds that have no class of their own in common
        raise ValueError(f"{type(error).__name__} {error}".strip()) from error
    return element.replace("<math ", inline('<math alttext="{{ tex }}" ', tex=tex), 1)


def _inline(translator, node):
    translator.body.append(_element(node, "inline"))
    raise _skip()


def _block(translator, node):
    element = _element(node, "block")
    translator.body.append(inline('<div class="math">{{ element | safe }}</div>', element=element))
    raise _skip()


def _element(node, display):
    try:
        return to_mathml(node.astext(), display)
    except ValueError as error:
        log.warning("the formula %s cannot be shown: %s", node.astext(), error, location=node)
        return inline("<code>{{ tex }}</code>", tex=node.astext())


def _skip():
    from docutils.nodes import SkipNode

    return SkipNode()
