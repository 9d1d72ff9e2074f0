"""What white space does in HTML and in our stylesheet: where a reader sees it, and where it draws nothing."""

from __future__ import annotations

from collections.abc import Iterable


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# HTML: elements whose edges swallow white space, because CSS gives them display: block, table-*, list-item or none.
BLOCKS = names(
    "address article aside blockquote body br caption col colgroup dd details dialog div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li link main menu meta nav ol optgroup "
    "option p pre script search section style summary table tbody td template tfoot th thead title tr ul"
)
# Shapes of SVG: white space between them draws nothing, nor does it at the edges of a text. `tspan` is not among them.
SHAPES = names("circle defs ellipse g line path polygon polyline rect text use")
# Inline outside, blocks inside: leading and trailing white space within is not shown.
BOXES = names("button select svg")
# Our components that draw a block, see takwin/ui/templates/cotton and app.css.
COMPONENTS = names(
    "c-crumbs c-downloads c-empty c-field c-filters c-form c-headers c-journal c-map c-messages c-pager"
)
VOID = names("area base br col embed hr img input link meta source track wbr")
VERBATIM = names("pre script style textarea")
# Classes whose children are laid out one by one (display: flex or grid), so that no space is drawn between them.
FLEX = names(
    "flex grid btn badge filters facts figures chips crumbs pager grid-list form-row choices site-nav searchbar brand "
    "why wish tools ask likings bars times slot story mark-line"
)
# The same, of the children of a class: `.todo li { display: flex }`.
FLEX_CHILDREN = {"todo": "li", "filters": "label", "likings": "label", "bars": "li"}
# Inline elements that a class above them makes blocks: `.week small { display: block }`.
BLOCKS_WITHIN = {"figure": "small", "path": "small", "week": "small"}


def is_block(name: str, classes_above: Iterable[frozenset[str]]) -> bool:
    """Whether an element is laid out as a block."""
    return name in BLOCKS or any(BLOCKS_WITHIN.get(word) == name for classes in classes_above for word in classes)


def is_flex(name: str, classes: frozenset[str], parent_classes: frozenset[str]) -> bool:
    """Whether an element lays its children out one by one."""
    return bool(classes & FLEX) or any(FLEX_CHILDREN.get(word) == name for word in parent_classes)
