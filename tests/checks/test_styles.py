from newsletter.checks.styles import (
    CssBlock,
    CssDeclaration,
    dark_blocks,
    parse_blocks,
    parse_declarations,
)


def test_a_style_attribute_is_taken_apart():
    found = parse_declarations(
        "Color: #222222 !important; background: url(data:image/png;base64,x) ; font: 'a;b'; color"
    )
    assert dict(found) == {
        "color": CssDeclaration("#222222", important=True),
        "background": CssDeclaration("url(data:image/png;base64,x)", important=False),
        "font": CssDeclaration("'a;b'", important=False),
    }


def test_the_last_of_two_declarations_holds():
    assert parse_declarations("margin: 0; margin: 1px")["margin"].value == "1px"


def test_a_sheet_is_read_block_by_block():
    css = "/* a { } */ @import 'x'; p { margin: 0; padding: 0 } @media print { a { x: y } b { x: y } } } i { x: y } u { x"
    assert list(parse_blocks(css)) == [
        CssBlock("p", " margin: 0; padding: 0 "),
        CssBlock("@media print", " a { x: y } b { x: y } "),
        CssBlock("i", " x: y "),
    ]


def test_dark_rules_are_those_of_dark_media():
    css = "p { x: y } @media (max-width: 1px) { a { x: y } } @media (prefers-color-scheme:dark) { b { x: y } }"
    assert list(dark_blocks(css)) == [CssBlock("b", " x: y ")]
