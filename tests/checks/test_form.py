import pytest
from checks.specimen import context, findings, message, page, where

from newsletter.model import Severity


def of_size(size):
    html = page()
    return context(html=html + "<!--" + "x" * (size - len(html.encode()) - 7) + "-->")


def test_a_page_over_102_kb_is_clipped():
    assert message(of_size(104_449), "html-too-large") == "The HTML part has 104,449 bytes; Gmail clips it at 104,448."
    assert findings(of_size(104_449), "html-too-large")[0].severity is Severity.ERROR
    assert where(of_size(104_448), "html-too-large") == []


def test_a_page_over_90_kb_is_large():
    assert where(of_size(92_161), "html-large") == ["html"]
    assert where(of_size(92_160), "html-large") == []
    assert where(of_size(104_449), "html-large") == []


@pytest.mark.parametrize("element", ["<script>x</script>", "<form></form>", '<iframe src="x"></iframe>', "<input>"])
def test_forbidden_elements_are_found(element):
    assert where(context(html=page(extra=element)), "html-forbidden-element") == ["html"]


def test_a_clean_page_has_no_forbidden_element():
    assert where(context(), "html-forbidden-element") == []
