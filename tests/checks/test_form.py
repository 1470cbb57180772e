import pytest
from support.specimen import context, findings, message, page, where

from newsletter.model import Severity


def of_size(size):
    html = page()
    return context(
        html=html.replace("</html>", "<!--" + "x" * (size - len(html.encode()) - 7) + "--></html>")
    )


def test_a_page_over_102_kb_is_clipped():
    assert (
        message(of_size(104_449), "html-too-large")
        == "The HTML part has 104,449 bytes; Gmail clips it at 104,448."
    )
    assert findings(of_size(104_449), "html-too-large")[0].severity is Severity.ERROR
    assert where(of_size(104_448), "html-too-large") == []


def test_a_page_over_90_kb_is_large():
    assert where(of_size(92_161), "html-large") == ["html"]
    assert where(of_size(92_160), "html-large") == []
    assert where(of_size(104_449), "html-large") == []


def test_a_message_over_500_kb_is_large():
    assert message(context(text="x" * 400_000), "message-large") == "The message has about 524 KB."
    assert where(context(text="x" * 370_000), "message-large") == []


@pytest.mark.parametrize(
    "element", ["<script>x</script>", "<form></form>", '<iframe src="x"></iframe>', "<input>"]
)
def test_forbidden_elements_are_found(element):
    assert where(context(html=page(extra=element)), "html-forbidden-element") == ["html"]


def test_a_clean_page_has_no_forbidden_element():
    assert where(context(), "html-forbidden-element") == []


def styled(style):
    return context(html=page(extra=f'<p style="{style}">Words</p>'))


def in_sheet(css):
    return context(html=page(css=css))


def test_a_style_sheet_in_the_body_is_dropped():
    assert where(
        context(html=page(extra="<style>p { margin: 0 }</style>")), "style-sheet-misplaced"
    ) == ["html"]


def test_style_sheets_of_16_kb_are_dropped():
    assert where(in_sheet("/*" + "x" * 16_380 + "*/"), "style-sheet-misplaced") == ["html"]
    assert where(in_sheet("/*" + "x" * 16_379 + "*/"), "style-sheet-misplaced") == []


@pytest.mark.parametrize(
    "css",
    [
        "@import url(x.css);",
        "@media screen { @font-face { font-family: x } }",
        "@media a { @media b { p { margin: 0 } } }",
    ],
)
def test_rules_that_programs_drop_are_found(css):
    assert where(in_sheet(css), "style-sheet-dropped") == ["html"]


def test_at_rules_side_by_side_are_kept():
    assert (
        where(
            in_sheet("@font-face { font-family: x } @media a { p { margin: 0 } }"),
            "style-sheet-dropped",
        )
        == []
    )


def test_dark_mode_that_is_declared_needs_a_rule():
    assert where(
        in_sheet("@media (max-width: 600px) { p { margin: 0 } }"), "dark-rule-missing"
    ) == ["html"]
    html = page(css="").replace(
        'name="color-scheme" content="light dark"', 'name="color-scheme" content="light"'
    )
    assert where(context(html=html), "dark-rule-missing") == []


def test_a_page_fits_a_phone():
    fixed = page(css="").replace("; max-width: 600px", "")
    assert where(context(html=fixed), "not-responsive") == ["html"]
    assert where(in_sheet(""), "not-responsive") == []


@pytest.mark.parametrize("style", ["color: #abc", "color: var(--ink)", "border: 1px solid #FFF;"])
def test_a_colour_has_six_digits(style):
    assert where(styled(style), "colour-short") == ["html"]
    assert where(styled("color: #aabbcc"), "colour-short") == []


def test_fonts_end_in_a_generic_family():
    assert where(styled("font-family: Georgia"), "font-without-fallback") == ["html"]
    assert where(styled("font-family: 'Segoe UI', Georgia, serif"), "font-without-fallback") == []
    assert where(styled("font-family: sans-serif"), "font-without-fallback") == []


def test_text_has_twelve_pixels():
    assert where(styled("font-size: 11px"), "text-too-small") == ["html"]
    assert where(styled("font-size: 12px"), "text-too-small") == []
    assert where(styled("font-size: 11px; display: none"), "text-too-small") == []
    assert where(styled("font-size: small"), "text-too-small") == []
